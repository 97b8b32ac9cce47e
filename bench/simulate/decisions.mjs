/**
 * How many decisions the core makes in a second: one generation ends, and another is taken from a
 * full queue of several tenants and sent to one of so many workers.
 */
import { Scheduler } from '../../apps/controller/dist/scheduling/scheduler.js';
import { SimulatedWorker } from './worker.mjs';

const SLOTS = 16;
const TENANTS = 100;
const WAITING = 1_000;

/** Gives decisions per second and the 50th and 99th percentile of one, in milliseconds. */
export function measureDecisions(workers, decisions) {
  const running = [];
  const scheduler = new Scheduler(
    { dispatch: (id) => running.push(id), refuse: () => undefined },
    { queueLength: WAITING + 1, queueWaitMs: 1e9, loadWaitMs: 1e9, lostAttempts: 3 },
  );
  const replicas = Array.from({ length: workers }, (_, n) => new SimulatedWorker(`w${n}`, SLOTS));
  scheduler.replicasObserved(replicas.map((worker) => worker.observed()));
  let submitted = 0;
  const submit = () => {
    submitted += 1;
    scheduler.submit(
      {
        generationId: `g${submitted}`,
        deployment: 'm',
        tenant: `t${(submitted * 7_919) % TENANTS}`,
        priority: submitted % 3 === 0 ? 'batch' : 'interactive',
        promptTokens: 500,
        deadlineAtMs: null,
      },
      submitted,
    );
  };
  while (running.length < workers * SLOTS || scheduler.waiting < WAITING) submit();
  const times = [];
  let totalMs = 0;
  let next = 0;
  for (let i = 0; i < decisions; i += 1) {
    const startedAtMs = performance.now();
    scheduler.ended(running[next], 1);
    submit();
    const ms = performance.now() - startedAtMs;
    next += 1;
    totalMs += ms;
    // The first tenth is for the compiler.
    if (i >= decisions / 10) times.push(ms);
    if (scheduler.waiting !== WAITING) throw new Error('The queue does not stay full.');
  }
  times.sort((a, b) => a - b);
  return {
    perSecond: (decisions / totalMs) * 1_000,
    p50Ms: times[Math.floor(times.length * 0.5)],
    p99Ms: times[Math.floor(times.length * 0.99)],
  };
}
