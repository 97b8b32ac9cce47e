/**
 * How many decisions the core makes in a second: one generation gets its first token and ends, and
 * another is taken from a full queue of several tenants and sent to one of so many workers. Each
 * worker holds a thousand blocks: a system prompt that all have, and conversations of its own; what
 * is asked continues one of these.
 */
import { Scheduler } from '../../apps/controller/dist/scheduling/core/scheduler.js';
import { SimulatedWorker } from './worker.mjs';

const SLOTS = 16;
const TENANTS = 100;
const WAITING = 1_000;
const BLOCKS_PER_SLOT = 67;
const SHARED_BLOCKS = 4;
/** Heartbeats between decisions: each worker has one a second. */
const DECISIONS_PER_SECOND = 10_000;

/** A conversation that only one slot has; hashes are any distinct numbers. */
function conversation(worker, slot) {
  const first = 1_000 + (worker * SLOTS + slot) * BLOCKS_PER_SLOT;
  const own = BLOCKS_PER_SLOT - SHARED_BLOCKS;
  return [
    ...Array.from({ length: SHARED_BLOCKS }, (_, n) => n),
    ...Array.from({ length: own }, (_, n) => first * 4_096 + n),
  ];
}

/**
 * Gives decisions per second, the 50th and 99th percentile of one and of taking in a heartbeat, in
 * milliseconds, and how many blocks are known.
 */
export function measureDecisions(workers, decisions) {
  const running = [];
  const scheduler = new Scheduler(
    { dispatch: (id) => running.push(id), refuse: () => undefined },
    { queueLength: WAITING + 1, queueWaitMs: 1e9, loadWaitMs: 1e9, lostAttempts: 3 },
  );
  const heartbeats = Array.from({ length: workers }, (_, worker) => ({
    ...new SimulatedWorker(`w${worker}`, SLOTS).snapshot,
    heldPrefixes: Array.from({ length: SLOTS }, (_, slot) => conversation(worker, slot)),
  }));
  const beat = (n) => {
    const heartbeat = heartbeats[n % workers];
    scheduler.nodeObserved(heartbeat.nodeId, [{ ...heartbeat, load: SLOTS }]);
  };
  for (const one of heartbeats) scheduler.nodeObserved(one.nodeId, [one]);
  let submitted = 0;
  const submit = () => {
    submitted += 1;
    const worker = (submitted * 104_729) % workers;
    scheduler.submit(
      {
        generationId: `g${submitted}`,
        deployment: 'm',
        revisionId: null,
        tenant: `t${(submitted * 7_919) % TENANTS}`,
        priority: submitted % 3 === 0 ? 'batch' : 'interactive',
        promptTokens: 5_000,
        hashes: heartbeats[worker].heldPrefixes[submitted % SLOTS],
        blockTokens: 64,
        deadlineAtMs: null,
      },
      submitted,
    );
  };
  let begun = 0;
  const begin = () => {
    for (; begun < running.length; begun += 1) {
      scheduler.served(running[begun], { prompt: null, outputTokens: 1 });
    }
  };
  while (running.length < workers * SLOTS || scheduler.waiting < WAITING) {
    submit();
    begin();
  }
  const times = [];
  const beats = [];
  let totalMs = 0;
  for (let next = 0; next < decisions; next += 1) {
    const startedAtMs = performance.now();
    scheduler.ended(running[next], 1);
    submit();
    begin();
    const ms = performance.now() - startedAtMs;
    totalMs += ms;
    // The first tenth is for the compiler.
    if (next >= decisions / 10) times.push(ms);
    if (scheduler.waiting !== WAITING) throw new Error('The queue does not stay full.');
    if (next % Math.ceil(DECISIONS_PER_SECOND / workers) === 0) {
      const beganAtMs = performance.now();
      beat(next);
      beats.push(performance.now() - beganAtMs);
    }
  }
  times.sort((a, b) => a - b);
  beats.sort((a, b) => a - b);
  return {
    perSecond: (decisions / totalMs) * 1_000,
    p50Ms: times[Math.floor(times.length * 0.5)],
    p99Ms: times[Math.floor(times.length * 0.99)],
    heartbeatMs: beats[Math.floor(beats.length * 0.5)],
    blocks: workers * (SLOTS * (BLOCKS_PER_SLOT - SHARED_BLOCKS)) + SHARED_BLOCKS,
  };
}
