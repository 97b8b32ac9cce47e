import { countsOf, rolloutOf, situationOf } from '../testing/rollouts.js';
import { rolloutNumbers } from './rollout-numbers.pure.js';

const SURGE = rolloutOf();
const SHORT = rolloutOf({}, { maxUnavailable: 1 });
const SWAP = rolloutOf({}, { method: 'drain_and_swap', maxUnavailable: 1 });
const CANARY = rolloutOf({}, { canarySteps: [10, 50] });

describe('the numbers of a rollout', () => {
  it('put one new replica beside the old ones', () => {
    expect(rolloutNumbers(SURGE, situationOf())).toEqual({ from: 3, to: 1 });
  });

  it('take an old one away only for a new one that is ready', () => {
    expect(rolloutNumbers(SURGE, situationOf({ to: countsOf(1, 0) })).from).toBe(3);
    expect(rolloutNumbers(SURGE, situationOf({ to: countsOf(1) }))).toEqual({ from: 2, to: 2 });
  });

  it('count an old one that is not ready as none, until the new ones suffice', () => {
    const from = countsOf(3, 2);
    expect(rolloutNumbers(SURGE, situationOf({ from, to: countsOf(1) })).from).toBe(3);
    expect(rolloutNumbers(SURGE, situationOf({ from, to: countsOf(3) })).from).toBe(0);
  });

  it('replace an old revision of which nothing is ready', () => {
    const from = countsOf(3, 0);
    expect(rolloutNumbers(SURGE, situationOf({ from, to: countsOf(1) }))).toEqual({
      from: 2,
      to: 2,
    });
  });

  it('stay where there is no room and none may be missing', () => {
    const seen = situationOf({ noRoom: 'gpu-1 is full.' });
    expect(rolloutNumbers(SURGE, seen).from).toBe(3);
  });

  it('make room where one may be missing, and only where room is lacking', () => {
    expect(rolloutNumbers(SHORT, situationOf()).from).toBe(3);
    expect(rolloutNumbers(SHORT, situationOf({ noRoom: 'gpu-1 is full.' })).from).toBe(2);
  });

  it('never put an old replica back into the room that it made', () => {
    const seen = situationOf({ from: countsOf(2), to: countsOf(1, 0) });
    expect(rolloutNumbers(SHORT, seen)).toEqual({ from: 2, to: 1 });
  });

  it('swap one for one, the new one only when the old one is gone from its node', () => {
    expect(rolloutNumbers(SWAP, situationOf())).toEqual({ from: 2, to: 0 });
    const draining = situationOf({ from: countsOf(2, 2, 3) });
    expect(rolloutNumbers(SWAP, draining)).toEqual({ from: 2, to: 0 });
    expect(rolloutNumbers(SWAP, situationOf({ from: countsOf(2) }))).toEqual({ from: 2, to: 1 });
  });

  it('give a canary its share, and at least one replica, and leave the old theirs', () => {
    const ready = situationOf({ to: countsOf(1) });
    expect(rolloutNumbers(CANARY, ready)).toEqual({ from: 3, to: 1 });
    const half = { ...CANARY, step: 1 };
    const most = situationOf({ desired: 10, from: countsOf(9), to: countsOf(5) });
    expect(rolloutNumbers(half, most)).toEqual({ from: 5, to: 5 });
  });

  it('keep the last old replica beside a canary, room or none', () => {
    const one = situationOf({ desired: 1, from: countsOf(1), noRoom: 'gpu-1 is full.' });
    const canary = rolloutOf({}, { canarySteps: [50], maxUnavailable: 1 });
    expect(rolloutNumbers(canary, one)).toEqual({ from: 1, to: 1 });
  });

  it('grow a canary when more replicas are desired, on both sides', () => {
    const seen = situationOf({ desired: 10, from: countsOf(3), to: countsOf(1) });
    expect(rolloutNumbers(CANARY, seen)).toEqual({ from: 9, to: 1 });
  });

  it('keep the last replica of another model until its requests have been waited for', () => {
    const { to } = SURGE;
    const other = { ...SURGE, to: { ...to, modelDigest: 'cd'.repeat(32) } };
    const last = situationOf({ from: countsOf(1), to: countsOf(3) });
    expect(rolloutNumbers(other, last).from).toBe(1);
    expect(rolloutNumbers({ ...other, step: 1 }, last).from).toBe(0);
    expect(rolloutNumbers(SURGE, last).from).toBe(0);
  });

  it('stand still while it is paused, but for a change of the desired number', () => {
    const paused = rolloutOf({ state: 'paused' });
    const seen = situationOf({ from: countsOf(2), to: countsOf(1) });
    expect(rolloutNumbers(paused, seen)).toEqual({ from: 2, to: 1 });
    expect(rolloutNumbers(paused, { ...seen, desired: 5 })).toEqual({ from: 4, to: 1 });
    expect(rolloutNumbers(paused, { ...seen, desired: 1 })).toEqual({ from: 1, to: 1 });
  });

  it('bring all old ones back when it is rolled back, and keep the new that serve until then', () => {
    const back = rolloutOf({ state: 'rolled_back' });
    const half = situationOf({ from: countsOf(1), to: countsOf(2) });
    expect(rolloutNumbers(back, half)).toEqual({ from: 3, to: 2 });
    expect(rolloutNumbers(back, situationOf({ to: countsOf(1) }))).toEqual({ from: 3, to: 0 });
    expect(rolloutNumbers(back, situationOf({ to: countsOf(1, 0) })).to).toBe(0);
  });

  it('take a new one away for an old one where memory is for one only', () => {
    const back = rolloutOf({ state: 'rolled_back' });
    const seen = { desired: 1, from: countsOf(0), to: countsOf(1), noRoom: 'gpu-1 is full.' };
    expect(rolloutNumbers(back, situationOf(seen))).toEqual({ from: 1, to: 0 });
  });
});
