/**
 * A seeded walk through thousands of random events: whatever happens, no replica gets more than
 * its slots, nothing is lost, and every slot comes back. The seed of a failure is in its name.
 */
import type { Failure } from '@corral/contracts';
import type { ReplicaSnapshot } from './replica-snapshot.js';
import type { SchedulerEffects } from './scheduler.effects.js';
import { Scheduler } from './scheduler.js';

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
    scheduler.replicasObserved(
      [...slots].map(([replicaId, count]) => ({
        replicaId,
        nodeId: 'n',
        bootId: 'b',
        deployment: replicaId < 'r3' ? 'x' : 'y',
        state: 'ready' as const,
        reachable: up(replicaId),
        slots: count,
        load: world.load.get(replicaId) ?? 0,
        contextTokens: 1,
        failure: null,
        retryInMs: null,
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
      scheduler.submit({ generationId, deployment, priority, deadlineAtMs: null }, step);
    } else if (dice < 0.75 && someone !== undefined) {
      world.open.delete(someone);
      scheduler.ended(someone, world.leave(someone));
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
