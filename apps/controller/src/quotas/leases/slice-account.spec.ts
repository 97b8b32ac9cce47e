import { countersOf } from '../quota-counters.pure.js';
import { NO_LIMITS } from '@corral/contracts/http';
import { SliceAccount } from './slice-account.pure.js';

const [COUNTER] = countersOf(
  { kind: 'key', id: 'k' },
  { ...NO_LIMITS, tokensPerDay: 1_000 },
  new Date(0),
);

function account(): SliceAccount {
  if (COUNTER === undefined) throw new Error('no counter');
  return new SliceAccount(COUNTER, 0);
}

describe('a slice of a limit', () => {
  it('gives out what is leased and not set aside', () => {
    const slice = account();
    slice.grant(100, 900, 0);
    slice.reserve(60);
    expect(slice.available).toBe(40);
  });

  it('keeps what a request did not need, and passes on what it used', () => {
    const slice = account();
    slice.grant(100, 900, 0);
    slice.reserve(60);
    expect(slice.settle(60, 25)).toBe(25);
    expect(slice.available).toBe(75);
  });

  it('passes on no more than was set aside: the rest was never leased', () => {
    const slice = account();
    slice.grant(100, 900, 0);
    slice.reserve(60);
    expect(slice.settle(60, 90)).toBe(60);
    expect(slice.available).toBe(40);
  });

  it('gives back what is leased, and keeps what is set aside', () => {
    const slice = account();
    slice.grant(100, 900, 0);
    slice.reserve(60);
    expect([slice.giveBack(), slice.giveBack(), slice.available]).toEqual([40, 0, 0]);
    slice.release(60);
    expect(slice.giveBack()).toBe(60);
  });

  it('has no lease behind what it lent while the database was away', () => {
    const slice = account();
    slice.grant(10, 500, 0);
    slice.reserve(10);
    slice.lendUnbacked(250);
    slice.reserve(40);
    expect(slice.settle(40, 40)).toBe(0);
    expect(slice.settle(10, 10)).toBe(0);
    slice.endLending();
    // What was used came out of the loan, so the lease of 10 is whole.
    expect([slice.available, slice.hasUnbacked]).toEqual([10, false]);
  });

  it('takes nothing off leases that have ended', () => {
    const slice = account();
    slice.grant(100, 900, 0);
    slice.reserve(60);
    slice.forfeit();
    expect(slice.available).toBe(0);
    expect(slice.settle(60, 60)).toBe(0);
    expect(slice.available).toBe(0);
  });

  it.each([1, 2, 3])('never gives out more than it holds, whatever happens (seed %i)', (seed) => {
    const random = randomFrom(seed);
    const slice = account();
    let leased = 0;
    const reservations: number[] = [];
    for (let step = 0; step < 5_000; step += 1) {
      const dice = random();
      const amount = Math.floor(random() * 50);
      if (dice < 0.3) {
        slice.grant(amount, 0, 0);
        leased += amount;
      } else if (dice < 0.6 && slice.available >= amount) {
        slice.reserve(amount);
        reservations.push(amount);
      } else if (dice < 0.9) {
        const reservation = reservations.pop();
        if (reservation !== undefined) leased -= slice.settle(reservation, amount);
      } else leased -= slice.giveBack();
      const set = reservations.reduce((sum, one) => sum + one, 0);
      expect(slice.available).toBe(leased - set);
      expect(slice.available).toBeGreaterThanOrEqual(0);
    }
  });
});

/** mulberry32: a small seeded generator. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
