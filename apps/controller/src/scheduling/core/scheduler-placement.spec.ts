/** Where the scheduler's core sends what, and what it does with generations that end engines. */
import type { EngineStats, Failure } from '@corral/contracts';
import type { ReplicaSnapshot } from '../replicas/replica-snapshot.pure.js';
import { explain, type Choice } from '../replicas/replica-policy.pure.js';
import type { Submission } from './scheduler-entry.js';
import { Scheduler, type SchedulerLimits } from './scheduler.js';
import { describeWaiting } from './waiting-state.js';

const LIMITS: SchedulerLimits = {
  queueLength: 100,
  queueWaitMs: 10_000,
  loadWaitMs: 10_000,
  lostAttempts: 3,
};
const CRASH: Failure = { code: 'engine_crashed', message: 'gone' };
const LOST: Failure = { code: 'worker_lost', message: 'gone' };

function replica(replicaId: string, change: Partial<ReplicaSnapshot> = {}): ReplicaSnapshot {
  return {
    replicaId,
    nodeId: replicaId,
    bootId: 'boot',
    deployment: 'm',
    revisionId: 'one',
    modelDigest: 'model',
    state: 'ready',
    reachable: true,
    suspect: false,
    slots: 4,
    load: 0,
    contextTokens: 8_192,
    stats: null,
    heldPrefixes: null,
    failure: null,
    retryInMs: null,
    ...change,
  };
}

/** A scheduler that writes down what goes where, as `generation@replica`. */
class World {
  readonly sent: string[] = [];
  readonly why = new Map<string, Choice>();
  readonly refused = new Map<string, { failure: Failure; retryAfterMs: number | null }>();
  readonly scheduler = new Scheduler(
    {
      dispatch: (id, _attempt, { replicaId }, choice) => {
        this.sent.push(`${id}@${replicaId}`);
        this.why.set(id, choice);
      },
      refuse: (id, failure, retryAfterMs) => this.refused.set(id, { failure, retryAfterMs }),
    },
    LIMITS,
  );

  constructor(...replicas: ReplicaSnapshot[]) {
    this.observe(...replicas);
  }

  observe(...replicas: ReplicaSnapshot[]): void {
    for (const one of replicas) this.scheduler.nodeObserved(one.nodeId, [one]);
  }

  submit(generationId: string, change: Partial<Submission> = {}, nowMs = 0): void {
    this.scheduler.submit(
      {
        generationId,
        deployment: 'm',
        revisionId: null,
        tenant: 't',
        priority: 'interactive',
        promptTokens: 10,
        hashes: [],
        blockTokens: 0,
        deadlineAtMs: null,
        ...change,
      },
      nowMs,
    );
  }

  /** Its prompt is computed, and there is a token. */
  begin(generationId: string): void {
    this.scheduler.served(generationId, { prompt: null, outputTokens: 1 });
  }

  where(generationId: string): string {
    return this.sent.findLast((line) => line.startsWith(`${generationId}@`))?.split('@')[1] ?? '-';
  }
}

/** A prompt of 1,000 tokens, 10 blocks of 100. */
const long = (...hashes: number[]): Partial<Submission> => ({
  promptTokens: 1_000,
  hashes,
  blockTokens: 100,
});
const PROMPT = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

describe('the choice of a replica', () => {
  it('goes where the prompt is cached, as long as that is cheaper', () => {
    const world = new World(replica('a'), replica('b'));
    world.submit('1', long(...PROMPT));
    world.begin('1');
    world.submit('2', long(...PROMPT));
    expect(world.where('2')).toBe(world.where('1'));
    expect(world.why.get('2')?.cost.cachedTokens).toBe(1_000);
  });

  it('learns from the engines what other controllers sent, and what was evicted', () => {
    const world = new World(replica('a'), replica('b', { heldPrefixes: [[2, 5, 10]] }));
    world.submit('1', long(...PROMPT));
    expect(world.where('1')).toBe('b');
    world.observe(replica('b', { heldPrefixes: [] }), replica('a', { heldPrefixes: [[10]] }));
    world.submit('2', long(11, 12, 10));
    expect(world.where('2')).toBe('a');
  });

  it('does not starve others for a cached prefix: a replica that is full gets nothing', () => {
    const world = new World(replica('a', { slots: 2 }), replica('b', { slots: 2 }));
    for (const id of ['1', '2', '3']) {
      world.submit(id, long(...PROMPT));
      world.begin(id);
    }
    expect(world.where('3')).not.toBe(world.where('1'));
  });

  it('prefers the faster machine, by what engines measured', () => {
    const world = new World(replica('a'), replica('b'));
    const counters = (n: number, ms: number): EngineStats => ({
      steps: n,
      decodeBatchSizes: [],
      partialSteps: 0,
      prefillTokens: 0,
      cachedTokens: 0,
      decodedTokens: n,
      decodeMs: ms,
    });
    for (let n = 1; n < 10; n += 1) {
      world.observe(replica('a', { stats: counters(20 * n, 20 * n * 200) }));
      world.observe(replica('b', { stats: counters(20 * n, 20 * n * 10) }));
    }
    for (const id of ['1', '2', '3']) world.submit(id);
    expect(['1', '2', '3'].map((id) => world.where(id))).toEqual(['b', 'b', 'b']);
  });

  it('sends nothing more to where much prefill is ahead, until the first token', () => {
    const world = new World(replica('a'));
    world.submit('long', { promptTokens: 5_000 });
    world.submit('next');
    expect(world.sent).toEqual(['long@a']);
    world.begin('long');
    expect(world.sent).toEqual(['long@a', 'next@a']);
  });

  it('waits for the next slot of a replica that is full of other controllers, until it has its share', () => {
    const world = new World(replica('a', { load: 4 }));
    for (const id of ['1', '2', '3']) world.submit(id);
    expect(world.sent).toEqual(['1@a']);
    world.observe(replica('a', { load: 4 }));
    world.observe(replica('a', { load: 4 }));
    // Two of the four are its own now; a third would be more than its share.
    expect(world.sent).toEqual(['1@a', '2@a']);
  });

  it('does not wait there while another has a free slot', () => {
    const world = new World(replica('full', { load: 4 }), replica('free', { load: 3 }));
    for (const id of ['1', '2']) world.submit(id);
    expect(world.sent).toEqual(['1@free', '2@full']);
  });

  it('counts what other controllers have where it went, before the next heartbeat', () => {
    const world = new World(replica('a', { load: 0 }));
    world.submit('1');
    world.scheduler.othersCounted('1', 3);
    world.submit('2', { tenant: 'late' });
    expect(world.where('2')).toBe('a');
    world.scheduler.othersCounted('2', 3);
    world.submit('3');
    expect(world.where('3')).toBe('-');
    world.scheduler.othersCounted('2', 1);
    expect(world.where('3')).toBe('a');
  });

  it('says why in one line', () => {
    const world = new World(replica('a'));
    world.submit('1', long(...PROMPT));
    const choice = world.why.get('1');
    expect(choice && explain(choice)).toMatch(/^cheapest at \d+ ms: prefill 1\d{3} ms \(nothing/);
  });
});

describe('a revision that is wanted', () => {
  const canary = replica('c', { revisionId: 'two', slots: 1 });

  it('is the only one that gets the generation, and holds up nobody else when it is full', () => {
    const world = new World(replica('a', { slots: 1 }), canary);
    world.submit('1', { revisionId: 'two' });
    world.submit('2', { revisionId: 'two' });
    world.submit('3', { revisionId: 'one' });
    expect(world.sent).toEqual(['1@c', '3@a']);
    world.scheduler.ended('1', 1);
    expect(world.where('2')).toBe('c');
  });

  it('gives way to any when no replica of it is ready', () => {
    const world = new World(replica('a'), replica('c', { revisionId: 'two', state: 'loading' }));
    world.submit('1', { revisionId: 'two' });
    expect(world.where('1')).toBe('a');
  });
});

describe('a generation that ends engines', () => {
  it('ends two, and is refused; what was on board with it goes on', () => {
    const world = new World(replica('a'), replica('b'));
    const others = ['x', 'y', 'z'];
    world.submit('poison');
    others.forEach((id) => world.submit(id));
    others.forEach((id) => world.begin(id));
    const attempts = new Map(['poison', ...others].map((id) => [id, 1]));
    /** Whoever is on board of the replica is lost with it, and it loads again. */
    const crash = (replicaId: string): void => {
      const onBoard = [...attempts.keys()].filter((id) => world.where(id) === replicaId);
      world.scheduler.nodeObserved(replicaId, [replica(replicaId, { state: 'failed' })]);
      for (const id of onBoard) {
        if (world.refused.has(id)) continue;
        const attempt = attempts.get(id) ?? 1;
        world.scheduler.bounced(id, attempt, 'lost', CRASH);
      }
      world.observe(replica(replicaId));
    };
    let crashes = 0;
    for (let round = 0; round < 20 && !world.refused.has('poison'); round += 1) {
      const at = world.where('poison');
      const before = world.sent.length;
      crash(at);
      crashes += 1;
      for (const line of world.sent.slice(before)) {
        const [id = ''] = line.split('@');
        attempts.set(id, (attempts.get(id) ?? 0) + 1);
      }
      // Everybody else gets on with it, one after the other as they are let.
      for (let n = 0; n < 5; n += 1) {
        const seen = world.sent.length;
        others.forEach((id) => world.begin(id));
        for (const line of world.sent.slice(seen)) {
          const [id = ''] = line.split('@');
          attempts.set(id, (attempts.get(id) ?? 0) + 1);
        }
      }
    }
    expect(crashes).toBe(2);
    expect([...world.refused.keys()]).toEqual(['poison']);
    expect(world.refused.get('poison')).toMatchObject({
      failure: { code: 'internal_error' },
      retryAfterMs: null,
    });
    expect(world.scheduler.running).toBe(3);
  });
});

describe('generations of a lost machine', () => {
  it('return a few at a time, and all of them', () => {
    const world = new World(replica('a', { slots: 64 }));
    for (let n = 0; n < 20; n += 1) {
      world.submit(`g${n}`);
      world.begin(`g${n}`);
    }
    world.observe(replica('b', { slots: 64 }));
    world.scheduler.nodeObserved('a', []);
    const before = world.sent.length;
    for (let n = 0; n < 20; n += 1) world.scheduler.bounced(`g${n}`, 1, 'lost', LOST);
    expect(world.sent.length - before).toBe(8);
    for (let n = 0; n < 20; n += 1) world.begin(world.sent[before + n]?.split('@')[0] ?? '');
    expect(world.sent.length - before).toBe(20);
    expect(world.refused.size).toBe(0);
  });
});

describe('whoever waits', () => {
  it('is told where in the queue, and for what', () => {
    const world = new World(replica('a', { slots: 1 }));
    for (const id of ['1', '2', '3']) world.submit(id);
    const state = world.scheduler.waitingState('3');
    expect(state && describeWaiting(state)).toBe(
      "position 2 of 2: all 1 slots of 'm' are taken or busy with prompts",
    );
    expect(world.scheduler.waitingState('1')).toBeNull();
  });

  it('is refused at once, with when to come back, when it would be for too long', () => {
    const world = new World(replica('a', { slots: 1 }));
    for (let n = 0; n < 40; n += 1) world.submit(`g${n}`);
    for (let second = 1; second <= 12; second += 1) {
      world.scheduler.tick(second * 500);
      world.scheduler.ended(`g${second - 1}`, 1);
    }
    expect([...world.refused.keys()]).toEqual([]);
    world.submit('late', {}, 6_000);
    expect(world.refused.get('late')?.failure.message).toMatch(/would wait for about 1\d s/);
    expect(world.refused.get('late')?.retryAfterMs).toBeGreaterThan(1_000);
    world.submit('hurry', { tenant: 'quiet', deadlineAtMs: 6_100 }, 6_000);
    expect(world.refused.get('hurry')?.failure.code).toBe('overloaded');
    world.submit('quiet', { tenant: 'quiet' }, 6_000);
    expect(world.refused.has('quiet')).toBe(false);
  });
});
