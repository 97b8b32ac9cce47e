import {
  BUSY_FOR_MS,
  FRESH,
  QUIET_FOR_MS,
  scalingStep,
  type ScalingFigures,
  type ScalingMemory,
} from './scaling-step.pure.js';

const BOUNDS = { min: 1, max: 4 };
/** Two replicas of four slots each, half of them busy. */
const HALF: ScalingFigures = {
  desired: 2,
  ready: 2,
  slots: 8,
  onBoard: 4,
  waiting: 0,
  longestWaitMs: 0,
};
const BUSY_LONG: ScalingMemory = { busySinceMs: 0, quietSinceMs: null };
const QUIET_LONG: ScalingMemory = { busySinceMs: null, quietSinceMs: 0 };

const decide = (
  change: Partial<ScalingFigures>,
  memory: ScalingMemory = FRESH,
  nowMs = 1_000_000,
  bounds = BOUNDS,
) => scalingStep(bounds, { ...HALF, ...change }, memory, nowMs);

describe('a step of scaling', () => {
  it.each<[string, Partial<ScalingFigures>, ScalingMemory, number, number | null]>([
    ['half busy stays', {}, FRESH, 1_000_000, null],
    ['busy for long is one more', { onBoard: 8 }, BUSY_LONG, BUSY_FOR_MS, 3],
    ['busy for less stays', { onBoard: 8 }, BUSY_LONG, BUSY_FOR_MS - 1, null],
    ['busy with a queue counts the queue', { onBoard: 4, waiting: 4 }, BUSY_LONG, BUSY_FOR_MS, 3],
    ['at 80 % is not above it', { onBoard: 6, waiting: 0 }, BUSY_LONG, BUSY_FOR_MS, null],
    ['a long wait is one more at once', { waiting: 1, longestWaitMs: 5_000 }, FRESH, 9, 3],
    ['a shorter wait stays', { waiting: 1, longestWaitMs: 4_999 }, FRESH, 9, null],
    ['the most there may be stays', { desired: 4, ready: 4, onBoard: 99 }, BUSY_LONG, 1e9, null],
    ['quiet for long is one less', { onBoard: 2 }, QUIET_LONG, QUIET_FOR_MS, 1],
    ['quiet for less stays', { onBoard: 2 }, QUIET_LONG, QUIET_FOR_MS - 1, null],
    ['at 30 % is not below it', { slots: 10, onBoard: 3 }, QUIET_LONG, QUIET_FOR_MS, null],
    ['the last one stays', { desired: 1, ready: 1, slots: 4, onBoard: 0 }, QUIET_LONG, 1e9, null],
    ['none is taken to be one', { desired: 0, ready: 0, slots: 0 }, FRESH, 9, 1],
    ['beyond the bounds goes back', { desired: 6, ready: 6, slots: 24 }, FRESH, 9, 4],
    ['a replica on its way is waited for', { ready: 1, onBoard: 99 }, BUSY_LONG, 1e9, null],
    ['one without a place is given up', { ready: 1, slots: 4, onBoard: 1 }, QUIET_LONG, 1e9, 1],
    ['one that is going is waited for', { ready: 3, onBoard: 0 }, QUIET_LONG, 1e9, null],
  ])('%s', (_, figures, memory, nowMs, to) => {
    expect(decide(figures, memory, nowMs).to).toBe(to);
  });

  it('keeps at least one where nothing is the least: being idle takes that one', () => {
    const bounds = { min: 0, max: 4 };
    const one = { desired: 1, ready: 1, slots: 4, onBoard: 0 };
    expect(decide(one, QUIET_LONG, 1e9, bounds).to).toBeNull();
  });

  it('says why, with the figures', () => {
    expect(decide({ onBoard: 8, waiting: 1 }, BUSY_LONG).reason).toBe(
      'its slots were above 80 % for 15 s (9 requests for 8 slots)',
    );
    expect(decide({ waiting: 1, longestWaitMs: 6_200 }).reason).toBe(
      'a request has waited 6 s (5 requests for 8 slots)',
    );
    expect(decide({ onBoard: 2 }, QUIET_LONG).reason).toBe(
      'its slots were below 30 % for 300 s (2 requests for 8 slots)',
    );
  });

  it('counts anew when it was less busy in between', () => {
    let memory = decide({ onBoard: 8 }, FRESH, 0).memory;
    memory = decide({}, memory, 10_000).memory;
    memory = decide({ onBoard: 8 }, memory, 11_000).memory;
    expect(decide({ onBoard: 8 }, memory, 20_000).to).toBeNull();
    expect(decide({ onBoard: 8 }, memory, 26_000).to).toBe(3);
  });

  it('takes one step at a time, and looks anew after each', () => {
    const { to, memory } = decide({ onBoard: 8 }, BUSY_LONG);
    expect(to).toBe(3);
    expect(memory).toEqual(FRESH);
  });

  it('never steps up because of its own step down', () => {
    for (let slotsEach = 1; slotsEach <= 8; slotsEach += 1) {
      for (let desired = 2; desired <= 8; desired += 1) {
        for (let onBoard = 0; onBoard < desired * slotsEach; onBoard += 1) {
          const bounds = { min: 1, max: 8 };
          const of = (count: number) => ({
            desired: count,
            ready: count,
            slots: count * slotsEach,
            onBoard,
          });
          const { to } = decide(of(desired), QUIET_LONG, 1e9, bounds);
          if (to === null) continue;
          expect(decide(of(to), BUSY_LONG, 1e9, bounds).to ?? to).toBeLessThanOrEqual(to);
        }
      }
    }
  });
});
