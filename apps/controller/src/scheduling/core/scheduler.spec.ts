import type { Failure } from '@corral/contracts';
import type { ReplicaSnapshot } from '../replicas/replica-snapshot.pure.js';
import type { SchedulerEffects } from './scheduler.effects.js';
import { AGEING_MS } from '../queue/tenant-lines.pure.js';
import type { Submission } from './scheduler-entry.js';
import { Scheduler, type SchedulerLimits } from './scheduler.js';

class RecordedEffects implements SchedulerEffects {
  readonly log: string[] = [];
  readonly refused = new Map<string, Failure>();
  dispatch(generationId: string, attempt: number, replica: ReplicaSnapshot): void {
    this.log.push(`${generationId}#${attempt} -> ${replica.replicaId}`);
  }
  refuse(generationId: string, failure: Failure): void {
    this.log.push(`${generationId} refused: ${failure.code}`);
    this.refused.set(generationId, failure);
  }
}

const LIMITS: SchedulerLimits = {
  queueLength: 3,
  queueWaitMs: 1_000,
  loadWaitMs: 500,
  lostAttempts: 2,
};
const CRASH: Failure = { code: 'engine_crashed', message: 'gone' };
const LOST: Failure = { code: 'worker_lost', message: 'gone' };

function replica(replicaId: string, change: Partial<ReplicaSnapshot> = {}): ReplicaSnapshot {
  return {
    replicaId,
    nodeId: `node-of-${replicaId}`,
    bootId: 'boot',
    deployment: 'm',
    revisionId: 'r1',
    modelDigest: 'model',
    state: 'ready',
    reachable: true,
    suspect: false,
    slots: 1,
    load: 0,
    contextTokens: 512,
    stats: null,
    heldPrefixes: null,
    failure: null,
    retryInMs: null,
    ...change,
  };
}

function submission(generationId: string, change: Partial<Submission> = {}): Submission {
  return {
    generationId,
    deployment: 'm',
    tenant: 't',
    priority: 'interactive',
    promptTokens: 100,
    hashes: [],
    blockTokens: 0,
    revisionId: null,
    deadlineAtMs: null,
    ...change,
  };
}

function observe(scheduler: Scheduler, ...replicas: ReplicaSnapshot[]): void {
  for (const one of replicas) scheduler.nodeObserved(one.nodeId, [one]);
}

function setUp(...replicas: ReplicaSnapshot[]) {
  const effects = new RecordedEffects();
  const scheduler = new Scheduler(effects, LIMITS);
  observe(scheduler, ...replicas);
  const submit = (generationId: string, nowMs = 0, deadlineAtMs: number | null = null): void =>
    scheduler.submit(submission(generationId, { deadlineAtMs }), nowMs);
  return { effects, scheduler, submit };
}

describe('the scheduler', () => {
  it('sends a generation to the replica with the smallest share of slots taken', () => {
    const { effects, submit } = setUp(replica('a', { slots: 2 }), replica('b', { slots: 4 }));
    for (const id of ['1', '2', '3']) submit(id);
    expect(effects.log).toEqual(['1#1 -> b', '2#1 -> a', '3#1 -> b']);
  });

  it('counts the work of other controllers that the heartbeat shows', () => {
    const { effects, submit } = setUp(replica('a', { slots: 2, load: 2 }), replica('b'));
    submit('1');
    expect(effects.log).toEqual(['1#1 -> b']);
  });

  it('does not take its own attempts in a heartbeat for the work of others', () => {
    const { effects, scheduler, submit } = setUp(replica('a', { slots: 2 }));
    submit('1');
    observe(scheduler, replica('a', { slots: 2, load: 1 }));
    submit('2');
    expect(effects.log).toEqual(['1#1 -> a', '2#1 -> a']);
  });

  it('queues beyond the slots and serves first come, first served', () => {
    const { effects, scheduler, submit } = setUp(replica('a'));
    for (const id of ['1', '2', '3']) submit(id);
    expect(scheduler.waiting).toBe(2);
    scheduler.ended('1', 1);
    scheduler.ended('2', 1);
    expect(effects.log).toEqual(['1#1 -> a', '2#1 -> a', '3#1 -> a']);
  });

  it('refuses what does not fit into the queue', () => {
    const { effects, submit } = setUp(replica('a'));
    for (const id of ['1', '2', '3', '4', '5']) submit(id);
    expect(effects.log.at(-1)).toBe('5 refused: overloaded');
  });

  it('keeps the slot of a dispatched generation until it ends, and only then', () => {
    const { effects, scheduler, submit } = setUp(replica('a'));
    submit('1');
    submit('2');
    scheduler.ended('1', 7); // a late word about an attempt that never was
    expect(effects.log).toHaveLength(1);
    scheduler.ended('1', 1);
    scheduler.ended('1', 1);
    expect(effects.log).toEqual(['1#1 -> a', '2#1 -> a']);
    expect(scheduler.running).toBe(1);
  });

  it('forgets a cancelled generation in the queue', () => {
    const { effects, scheduler, submit } = setUp(replica('a'));
    submit('1');
    submit('2');
    expect(scheduler.cancel('2')).toBe(false);
    scheduler.ended('1', 1);
    expect(effects.log).toEqual(['1#1 -> a']);
    expect(scheduler.running + scheduler.waiting).toBe(0);
  });

  it('gives the slot of a cancelled running generation to the next', () => {
    const { effects, scheduler, submit } = setUp(replica('a'));
    submit('1');
    submit('2');
    expect(scheduler.cancel('1')).toBe(true);
    expect(effects.log).toEqual(['1#1 -> a', '2#1 -> a']);
  });

  it('tries a refused attempt elsewhere, ahead of those who came later', () => {
    const { effects, scheduler, submit } = setUp(replica('a'), replica('b'));
    submit('1');
    submit('2');
    submit('3');
    scheduler.bounced('1', 1, 'full', CRASH);
    scheduler.ended('2', 1);
    expect(effects.log).toEqual(['1#1 -> a', '2#1 -> b', '1#2 -> b']);
  });

  it('sends nothing to a replica that refused until it is heard of again', () => {
    const { effects, scheduler, submit } = setUp(replica('a'));
    submit('1');
    scheduler.bounced('1', 1, 'gone', CRASH);
    expect(effects.log).toEqual(['1#1 -> a']);
    observe(scheduler, replica('a'));
    expect(effects.log).toEqual(['1#1 -> a', '1#2 -> a']);
  });

  it('takes a replica that is full of others for no more than full', () => {
    const { effects, scheduler, submit } = setUp({ ...replica('a'), slots: 2 });
    submit('1');
    submit('2');
    expect(effects.log).toEqual(['1#1 -> a', '2#1 -> a']);
    scheduler.othersCounted('2', 1);
    scheduler.bounced('2', 1, 'full', CRASH);
    expect(effects.log).toHaveLength(2);
    // No heartbeat is needed before it has a slot again.
    scheduler.ended('1', 1);
    expect(effects.log.slice(2)).toEqual(['2#2 -> a']);
  });

  it('gives up a generation whose attempts keep being lost', () => {
    const { effects, scheduler, submit } = setUp(replica('a'));
    submit('1');
    for (const attempt of [1, 2, 3]) scheduler.bounced('1', attempt, 'lost', LOST);
    expect(effects.log).toEqual(['1#1 -> a', '1#2 -> a', '1#3 -> a', '1 refused: worker_lost']);
    expect(scheduler.running + scheduler.waiting).toBe(0);
    submit('2');
    expect(effects.log.at(-1)).toBe('2#1 -> a');
  });

  it('waits for a replica to appear, within a limit', () => {
    const { effects, scheduler, submit } = setUp();
    submit('1', 0);
    submit('2', 400);
    scheduler.tick(499);
    expect(effects.log).toEqual([]);
    scheduler.tick(500);
    expect(effects.log).toEqual(['1 refused: model_loading']);
    observe(scheduler, replica('a'));
    expect(effects.log.at(-1)).toBe('2#1 -> a');
  });

  it('waits for a replica that loads as long as for a slot', () => {
    const { effects, scheduler, submit } = setUp(replica('a', { state: 'loading', slots: 0 }));
    submit('1', 0);
    scheduler.tick(LIMITS.queueWaitMs - 1);
    expect(effects.log).toEqual([]);
    scheduler.tick(LIMITS.queueWaitMs);
    expect(effects.log).toEqual(['1 refused: model_loading']);
  });

  it('waits for the next replica when the last one was taken away', () => {
    const { effects, scheduler, submit } = setUp(replica('a', { state: 'stopped', slots: 0 }));
    submit('1');
    expect(effects.log).toEqual([]);
    observe(scheduler, replica('b'));
    expect(effects.log).toEqual(['1#1 -> b']);
  });

  it('refuses at once, with the reason, when every replica has failed', () => {
    const failure: Failure = { code: 'model_unavailable', message: 'needs 9 GiB' };
    const { effects, submit } = setUp(replica('a', { state: 'failed', slots: 0, failure }));
    submit('1');
    expect(effects.refused.get('1')?.message).toContain('needs 9 GiB');
  });

  it('waits for a failed replica that is started again soon', () => {
    const { effects, scheduler, submit } = setUp(replica('a', { state: 'failed', retryInMs: 500 }));
    submit('1');
    expect(effects.log).toEqual([]);
    observe(scheduler, replica('a'));
    expect(effects.log).toEqual(['1#1 -> a']);
  });

  it('refuses those who wait when the last replica fails', () => {
    const { effects, scheduler, submit } = setUp(replica('a', { state: 'loading', slots: 0 }));
    submit('1');
    observe(scheduler, replica('a', { state: 'failed' }));
    expect(effects.log).toEqual(['1 refused: model_unavailable']);
  });

  it('sends nothing to an unreachable node', () => {
    const { effects, submit } = setUp(replica('a', { reachable: false }));
    submit('1');
    expect(effects.log).toEqual([]);
  });

  it('drops a queued generation whose deadline has passed', () => {
    const { effects, scheduler, submit } = setUp(replica('a'));
    submit('1');
    submit('2', 0, 200);
    scheduler.tick(199);
    scheduler.tick(200);
    expect(effects.log).toEqual(['1#1 -> a', '2 refused: deadline_exceeded']);
  });

  it('refuses who waited too long behind busy slots', () => {
    const { effects, scheduler, submit } = setUp(replica('a'));
    submit('1');
    submit('2');
    scheduler.tick(1_000);
    expect(effects.log.at(-1)).toBe('2 refused: overloaded');
  });

  it('lets a generation whose engine was lost wait for a slot anew', () => {
    const { effects, scheduler, submit } = setUp(replica('a'));
    submit('1', 0, 500);
    scheduler.served('1', { prompt: null, outputTokens: 1 });
    scheduler.tick(5_000);
    observe(scheduler, replica('a', { state: 'loading' }));
    scheduler.bounced('1', 1, 'lost', CRASH);
    scheduler.tick(5_000 + LIMITS.queueWaitMs - 1);
    expect(effects.refused.size).toBe(0);
    scheduler.tick(5_000 + LIMITS.queueWaitMs);
    expect(effects.refused.get('1')).toMatchObject({ code: 'model_loading' });
  });

  it('serves a higher class first, and each class in the order it came', () => {
    const { effects, scheduler, submit } = setUp(replica('a', { slots: 1 }));
    submit('running');
    const classes = ['batch', 'interactive', 'interactive'] as const;
    classes.forEach((priority, at) => {
      const generationId = `${priority}${at}`;
      scheduler.submit(submission(generationId, { priority }), 0);
    });
    const served: string[] = [];
    for (const ended of ['running', 'interactive1', 'interactive2']) {
      scheduler.ended(ended, 1);
      served.push(effects.log.at(-1) ?? '');
    }
    expect(served).toEqual(['interactive1#1 -> a', 'interactive2#1 -> a', 'batch0#1 -> a']);
  });

  it('does not let one deployment wait for another', () => {
    const { effects, scheduler, submit } = setUp(replica('a'), replica('b', { deployment: 'n' }));
    submit('1');
    submit('2');
    scheduler.submit(submission('3', { deployment: 'n' }), 0);
    expect(effects.log).toEqual(['1#1 -> a', '3#1 -> b']);
  });

  it('gives a slot to the tenant that was served less, as the engine counts', () => {
    const { effects, scheduler } = setUp(replica('a', { slots: 2 }));
    const of = (tenant: string, id: string): void =>
      scheduler.submit(submission(id, { tenant }), 0);
    of('much', 'm1');
    of('little', 'l1');
    of('much', 'm2');
    of('little', 'l2');
    scheduler.served('m1', { prompt: { tokens: 100, cachedTokens: 0 }, outputTokens: 50 });
    scheduler.served('l1', { prompt: { tokens: 100, cachedTokens: 0 }, outputTokens: 49 });
    scheduler.ended('m1', 1);
    expect(effects.log.at(-1)).toBe('l2#1 -> a');
  });

  it('refuses the last of the tenant that fills the queue, and lets others in', () => {
    const { effects, scheduler, submit } = setUp(replica('a'));
    for (const id of ['running', '1', '2', '3']) submit(id);
    scheduler.submit(submission('quiet', { tenant: 'quiet' }), 0);
    expect(effects.log).toEqual(['running#1 -> a', '3 refused: overloaded']);
    expect(scheduler.waiting).toBe(3);
  });

  it('lets batch work age while interactive work keeps coming', () => {
    const { effects, scheduler, submit } = setUp(replica('a'));
    submit('running');
    scheduler.submit(submission('night', { priority: 'batch' }), 0);
    submit('fresh', 2 * AGEING_MS);
    scheduler.ended('running', 1);
    expect(effects.log.at(-1)).toBe('night#1 -> a');
  });

  it('sends a generation to the revision that is to serve it, however free others are', () => {
    const { effects, scheduler } = setUp(
      replica('a', { slots: 8 }),
      replica('b', { revisionId: 'r2' }),
    );
    for (const id of ['1', '2']) scheduler.submit(submission(id, { revisionId: 'r2' }), 0);
    expect(effects.log).toEqual(['1#1 -> b']);
    scheduler.ended('1', 1);
    expect(effects.log).toEqual(['1#1 -> b', '2#1 -> b']);
  });

  it('sends it to any other while that revision has no ready replica', () => {
    const { effects, scheduler } = setUp(
      replica('a'),
      replica('b', { revisionId: 'r2', state: 'loading', slots: 0 }),
    );
    scheduler.submit(submission('1', { revisionId: 'r2' }), 0);
    expect(effects.log).toEqual(['1#1 -> a']);
  });

  it('lets no other model go on with what one has begun', () => {
    const { effects, scheduler, submit } = setUp(replica('a'));
    submit('1');
    scheduler.served('1', { prompt: null, outputTokens: 3 });
    scheduler.nodeObserved('node-of-a', []);
    observe(scheduler, replica('b', { revisionId: 'r2', modelDigest: 'other' }));
    scheduler.bounced('1', 1, 'lost', CRASH);
    expect(effects.log).toEqual(['1#1 -> a', '1 refused: worker_lost']);
    expect(effects.refused.get('1')?.message).toContain('another model');
  });

  it('keeps what a model has begun for that model, while it may come back', () => {
    const { effects, scheduler, submit } = setUp(replica('a'));
    submit('1');
    scheduler.served('1', { prompt: null, outputTokens: 3 });
    observe(scheduler, replica('a', { state: 'loading' }));
    observe(scheduler, replica('b', { revisionId: 'r2', modelDigest: 'other' }));
    scheduler.bounced('1', 1, 'lost', CRASH);
    expect(effects.log).toEqual(['1#1 -> a']);
    scheduler.nodeObserved('node-of-a', []);
    expect(effects.refused.get('1')?.message).toContain('another model');
  });
});
