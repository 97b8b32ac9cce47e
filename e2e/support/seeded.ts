/** Chance that can be had again: the same seed gives the same numbers. */

/** `CORRAL_SEED`, or one of its own; the test prints it, so that a failure can be repeated. */
export function chosenSeed(): number {
  const given = Number(process.env.CORRAL_SEED);
  return Number.isInteger(given) && given > 0 ? given : (Date.now() % 0x7fffffff) + 1;
}

export interface Chance {
  /** A whole number, both ends included. */
  between(low: number, high: number): number;
  /** One of them; throws when there is none. */
  oneOf<T>(choices: readonly T[]): T;
}

/** By mulberry32 (Tommy Ettinger): 32 bits of state, good enough to choose a fault. */
export function seeded(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const between = (low: number, high: number): number =>
    low + Math.floor(next() * (high - low + 1));
  return {
    between,
    oneOf: (choices) => {
      const chosen = choices[between(0, choices.length - 1)];
      if (chosen === undefined) throw new Error('there is nothing to choose from');
      return chosen;
    },
  };
}
