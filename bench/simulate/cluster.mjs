/**
 * Drives the scheduler's pure core, as built, through simulated time: arrivals, steps of simulated
 * workers, a heartbeat each second, a tick four times a second.
 */
import { Scheduler } from '../../apps/controller/dist/scheduling/core/scheduler.js';
import { Timeline } from './timeline.mjs';
import { SimulatedWorker } from './worker.mjs';

const LIMITS = { queueLength: 256, queueWaitMs: 120_000, loadWaitMs: 60_000, lostAttempts: 3 };
const TICK_MS = 250;
const HEARTBEAT_MS = 1_000;

/**
 * @param {{ id: string, tenant: string, atMs: number, prompt: number, output: number }[]} requests
 *   by time; each gets `firstTokenAtMs` and `endedAtMs` (null: it had none), and `refused`
 * @param {{ workers: number, slots: number, fair: boolean, windowMs: number, durationMs: number,
 *   cacheBlocks?: number, policy?: object, limits?: object }} world `fair` false: first come, first
 *   served, which is what the core does when all requests are one tenant's; `policy` absent: ours
 * @returns tokens served per window and tenant, which tenants waited all through each window, and
 *   the workers
 */
export function simulate(
  requests,
  { workers, slots, fair, windowMs, durationMs, cacheBlocks = 0, policy, limits = LIMITS },
) {
  const time = new Timeline();
  const byId = new Map(requests.map((request) => [request.id, request]));
  const replicas = Array.from(
    { length: workers },
    (_, n) => new SimulatedWorker(`w${n}`, slots, cacheBlocks, policy?.worker),
  );
  const byReplica = new Map(replicas.map((worker) => [worker.snapshot.replicaId, worker]));
  const waiting = new Map(requests.map(({ tenant }) => [tenant, 0]));
  const windows = Array.from({ length: Math.ceil(durationMs / windowMs) }, () => ({
    served: new Map(),
    idle: new Set(),
  }));
  const windowNow = () => windows[Math.floor(time.nowMs / windowMs)];

  const serve = (tenant, cost) => {
    const served = windowNow()?.served;
    served?.set(tenant, (served.get(tenant) ?? 0) + cost);
  };
  const leaveQueue = ({ tenant }) => {
    waiting.set(tenant, waiting.get(tenant) - 1);
    if (waiting.get(tenant) === 0) windowNow()?.idle.add(tenant);
  };
  const scheduler = new Scheduler(
    {
      dispatch(id, _attempt, { replicaId }) {
        const request = byId.get(id);
        leaveQueue(request);
        const worker = byReplica.get(replicaId);
        worker.accept(request);
        if (worker.chunks === null) step(worker);
      },
      refuse(id) {
        const request = byId.get(id);
        leaveQueue(request);
        request.refused = true;
      },
    },
    limits,
    policy,
  );

  function step(worker) {
    const ms = worker.begin();
    if (ms === null) return;
    time.after(ms, () => {
      for (const [{ request }, computed] of worker.chunks) serve(request.tenant, computed);
      const tokens = worker.end();
      for (const request of tokens) token(worker, request);
      if (worker.chunks === null) step(worker);
    });
  }

  function token(worker, request) {
    const first = request.firstTokenAtMs === null;
    if (first) request.firstTokenAtMs = time.nowMs;
    request.produced += 1;
    serve(request.tenant, 2);
    const prompt = first ? { tokens: request.prompt, cachedTokens: request.cached } : null;
    scheduler.served(request.id, { prompt, outputTokens: 1 });
    if (request.produced < request.output) return;
    request.endedAtMs = time.nowMs;
    worker.ended(request);
    scheduler.ended(request.id, 1);
  }

  function arrive(request) {
    Object.assign(request, { firstTokenAtMs: null, endedAtMs: null, refused: false, produced: 0 });
    waiting.set(request.tenant, waiting.get(request.tenant) + 1);
    scheduler.submit(
      {
        generationId: request.id,
        deployment: 'm',
        revisionId: null,
        tenant: fair ? request.tenant : 'all',
        priority: 'interactive',
        promptTokens: request.prompt,
        hashes: request.hashes,
        blockTokens: request.blockTokens,
        deadlineAtMs: null,
      },
      time.nowMs,
    );
  }

  const observe = () => {
    for (const worker of replicas) {
      scheduler.nodeObserved(worker.snapshot.nodeId, [worker.observed()]);
    }
  };
  observe();
  time.every(HEARTBEAT_MS, observe);
  time.every(TICK_MS, () => {
    scheduler.tick(time.nowMs);
    for (const [tenant, count] of waiting) if (count === 0) windowNow()?.idle.add(tenant);
  });
  for (const request of requests) time.at(request.atMs, () => arrive(request));
  time.runUntil(durationMs);
  return { windows, workers: replicas };
}
