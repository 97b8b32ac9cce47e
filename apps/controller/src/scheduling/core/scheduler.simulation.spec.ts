/**
 * A seeded walk through thousands of random events: whatever happens, no replica gets more than
 * its slots, nothing is lost, and every slot comes back; and whoever floods the queue harms nobody
 * else. The seed of a failure is in its name.
 */
import type { Failure } from '@corral/contracts';
import type { ReplicaSnapshot } from '../replicas/replica-snapshot.pure.js';
import type { SchedulerEffects } from './scheduler.effects.js';
import { Scheduler } from './scheduler.js';
import { AGEING_MS } from '../queue/tenant-lines.pure.js';

/** So that some of what waits grows old. */
const STEP_MS = 200;
const LOST: Failure = { code: 'engine_crashed', message: 'lost' };

/** mulberry32 (public domain, Tommy Ettinger): small, fast, good enough to shuffle events. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const REPLICA: ReplicaSnapshot = {
  replicaId: 'r',
  revisionId: 'r1',
  modelDigest: 'model',
  nodeId: 'n',
  bootId: 'b',
  deployment: 'x',
  state: 'ready',
  reachable: true,
  suspect: false,
  slots: 4,
  load: 0,
  contextTokens: 1,
  stats: null,
  heldPrefixes: null,
  failure: null,
  retryInMs: null,
};

/** Of any revision, for as long as it takes, and like no other prompt. */
const UNBOUND = { revisionId: null, deadlineAtMs: null, hashes: [], blockTokens: 0 };

class World implements SchedulerEffects {
  readonly open = new Set<string>();
  readonly onBoard = new Map<string, { attempt: number; replicaId: string }>();
  readonly load = new Map<string, number>();
  oversubscribed = 0;

  constructor(private readonly slots: ReadonlyMap<string, number>) {}

  dispatch(generationId: string, attempt: number, { replicaId }: ReplicaSnapshot): void {
    this.onBoard.set(generationId, { attempt, replicaId });
    const load = (this.load.get(replicaId) ?? 0) + 1;
    this.load.set(replicaId, load);
    if (load > (this.slots.get(replicaId) ?? 0)) this.oversubscribed += 1;
  }

  refuse(generationId: string): void {
    this.open.delete(generationId);
  }

  leave(generationId: string): number {
    const place = this.onBoard.get(generationId);
    if (place === undefined) throw new Error(`${generationId} is not on board`);
    this.onBoard.delete(generationId);
    this.load.set(place.replicaId, (this.load.get(place.replicaId) ?? 0) - 1);
    return place.attempt;
  }
}

function simulate(seed: number): { world: World; scheduler: Scheduler; submitted: number } {
  const random = randomOf(seed);
  const slots = new Map([1, 2, 3, 4].map((n) => [`r${n}`, n]));
  const world = new World(slots);
  const scheduler = new Scheduler(world, {
    queueLength: 50,
    queueWaitMs: 1e9,
    loadWaitMs: 1e9,
    lostAttempts: 3,
  });
  const observe = (up: (id: string) => boolean): void =>
    scheduler.nodeObserved(
      'n',

      [...slots].map(([replicaId, count]) => ({
        ...REPLICA,
        replicaId,
        deployment: replicaId < 'r3' ? 'x' : 'y',
        reachable: up(replicaId),
        slots: count,
        load: world.load.get(replicaId) ?? 0,
      })),
    );
  const pick = (): string | undefined =>
    [...world.onBoard.keys()][Math.floor(random() * world.onBoard.size)];

  let submitted = 0;
  for (let step = 0; step < 3_000; step += 1) {
    const dice = random();
    const someone = pick();
    if (dice < 0.45) {
      const generationId = `g${(submitted += 1)}`;
      world.open.add(generationId);
      const deployment = random() < 0.5 ? 'x' : 'y';
      const priority = random() < 0.5 ? 'interactive' : 'batch';
      const tenant = `t${Math.floor(random() ** 3 * 8)}`;
      const promptTokens = Math.floor(random() * 1_000);
      scheduler.submit(
        { ...UNBOUND, generationId, deployment, tenant, priority, promptTokens },
        step * STEP_MS,
      );
    } else if (dice < 0.75 && someone !== undefined) {
      world.open.delete(someone);
      scheduler.ended(someone, world.leave(someone));
    } else if (dice < 0.8 && someone !== undefined) {
      scheduler.served(someone, { prompt: null, outputTokens: Math.floor(random() * 100) });
    } else if (dice < 0.85 && someone !== undefined) {
      scheduler.bounced(someone, world.leave(someone), random() < 0.5 ? 'lost' : 'full', LOST);
    } else if (dice < 0.9) {
      const any = [...world.open][Math.floor(random() * world.open.size)];
      if (any !== undefined) {
        world.open.delete(any);
        if (world.onBoard.has(any)) world.leave(any);
        scheduler.cancel(any);
      }
    } else {
      const down = `r${1 + Math.floor(random() * 4)}`;
      observe((id) => id !== down);
    }
  }
  for (let guard = 0; world.open.size > 0 && guard < 10_000; guard += 1) {
    observe(() => true);
    const someone = pick();
    if (someone === undefined) break;
    world.open.delete(someone);
    scheduler.ended(someone, world.leave(someone));
  }
  return { world, scheduler, submitted };
}

describe.each([1, 2, 3, 4, 5, 6, 7, 8])('a random day with seed %i', (seed) => {
  const { world, scheduler, submitted } = simulate(seed);

  it('never gives a replica more than its slots', () => expect(world.oversubscribed).toBe(0));
  it('loses no generation', () => {
    expect(submitted).toBeGreaterThan(1_000);
    expect([...world.open]).toEqual([]);
  });
  it('returns every slot', () => {
    expect(scheduler.running + scheduler.waiting).toBe(0);
    expect([...world.load.values()].filter((load) => load !== 0)).toEqual([]);
  });
});

/**
 * Four slots, one of which is freed in each step; one tenant asks for three in each step, four
 * others for one in every tenth. Gives each tenant's longest wait in steps, and who was refused.
 */
function flood(seed: number): { longestWait: Map<string, number>; refused: Set<string> } {
  const random = randomOf(seed);
  const waitingSince = new Map<string, number>();
  const longestWait = new Map<string, number>();
  const refused = new Set<string>();
  const running: string[] = [];
  let now = 0;
  const scheduler = new Scheduler(
    {
      dispatch: (id) => {
        const waited = now - (waitingSince.get(id) ?? now);
        const tenant = tenantOf(id);
        longestWait.set(tenant, Math.max(waited, longestWait.get(tenant) ?? 0));
        running.push(id);
      },
      refuse: (id) => refused.add(tenantOf(id)),
    },
    { queueLength: 50, queueWaitMs: 1e9, loadWaitMs: 1e9, lostAttempts: 3 },
  );
  scheduler.nodeObserved('n', [REPLICA]);
  const submit = (tenant: string, priority: 'interactive' | 'batch'): void => {
    const generationId = `${tenant}/${waitingSince.size}`;
    waitingSince.set(generationId, now);
    scheduler.submit(
      { ...UNBOUND, generationId, deployment: 'x', tenant, priority, promptTokens: 100 },
      now * STEP_MS,
    );
  };
  for (; now < 2_000; now += 1) {
    for (let i = 0; i < 3; i += 1) submit('flood', 'interactive');
    if (now % 10 === 0) for (const quiet of ['q1', 'q2', 'q3']) submit(quiet, 'interactive');
    if (now % 10 === 0) submit('night', 'batch');
    const [ended] = running.splice(Math.floor(random() * running.length), 1);
    if (ended === undefined) continue;
    scheduler.served(ended, { prompt: null, outputTokens: Math.floor(random() * 200) });
    scheduler.ended(ended, 1);
  }
  return { longestWait, refused };
}

function tenantOf(generationId: string): string {
  return generationId.split('/')[0] ?? '';
}

describe.each([1, 2, 3, 4])('a tenant that floods the queue, with seed %i', (seed) => {
  const { longestWait, refused } = flood(seed);
  const ageingSteps = (2 * AGEING_MS) / STEP_MS;

  it('is the only one that is refused', () => expect([...refused]).toEqual(['flood']));
  it.each(['q1', 'q2', 'q3'])('does not make the quiet tenant %s wait', (tenant) =>
    expect(longestWait.get(tenant)).toBeLessThanOrEqual(10),
  );
  it('delays batch work of others until it has aged, and little longer', () => {
    expect(longestWait.get('night')).toBeGreaterThan(ageingSteps - 10);
    expect(longestWait.get('night')).toBeLessThanOrEqual(ageingSteps + 10);
  });
});

/**
 * Two controllers with long queues share two replicas of four slots, each of which ends one of its
 * attempts in a step and takes the next that waits there; heartbeats come every fourth step. The
 * second controller comes late, when all slots are taken. Gives how many of each were served.
 */
function contest(seed: number): { first: number; second: number } {
  const random = randomOf(seed);
  const served = { first: 0, second: 0 };
  const names = ['first', 'second'] as const;
  /** By replica, oldest first: those beyond its slots wait. */
  const onBoard = new Map<string, { name: (typeof names)[number]; id: string }[]>();
  for (const replicaId of ['r1', 'r2']) onBoard.set(replicaId, []);
  const schedulerOf = (name: (typeof names)[number]): Scheduler =>
    new Scheduler(
      {
        dispatch: (id, _attempt, { replicaId }) => onBoard.get(replicaId)?.push({ name, id }),
        refuse: () => undefined,
      },
      { queueLength: 20, queueWaitMs: 1e9, loadWaitMs: 1e9, lostAttempts: 3 },
    );
  const schedulers = { first: schedulerOf('first'), second: schedulerOf('second') };
  const beat = (): void => {
    for (const [replicaId, all] of onBoard) {
      const seen = { ...REPLICA, replicaId, nodeId: replicaId, load: all.length };
      for (const name of names) schedulers[name].nodeObserved(replicaId, [seen]);
    }
  };
  let submitted = 0;
  const ask = (name: (typeof names)[number], now: number): void => {
    const who = { generationId: `g${(submitted += 1)}`, tenant: 't', priority: 'interactive' };
    const what = { ...UNBOUND, deployment: 'x', promptTokens: 100 };
    schedulers[name].submit({ ...who, ...what, priority: 'interactive' }, now * STEP_MS);
  };
  beat();
  for (let now = 0; now < 2_000; now += 1) {
    for (let n = 0; n < 4; n += 1) ask('first', now);
    for (let n = 0; n < 4 && now >= 100; n += 1) ask('second', now);
    for (const all of onBoard.values()) {
      const [ended] = all.splice(Math.floor(random() * Math.min(4, all.length)), 1);
      if (ended === undefined) continue;
      if (now >= 200) served[ended.name] += 1;
      schedulers[ended.name].ended(ended.id, 1);
    }
    if (now % 4 === 0) beat();
  }
  return served;
}

it.each([1, 2, 3])('a controller that comes late gets its share of slots, with seed %i', (seed) => {
  const { first, second } = contest(seed);
  expect(first + second).toBe(2 * 1_800);
  expect(second / (first + second)).toBeGreaterThan(0.4);
  expect(second / (first + second)).toBeLessThan(0.6);
});
