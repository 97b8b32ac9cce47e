import { Rounds } from './rounds.js';

describe('rounds', () => {
  it('come one at a time, and again after one that fails', async () => {
    const failures: unknown[] = [];
    const ends: (() => void)[] = [];
    let begun = 0;
    const rounds = new Rounds(
      () => {
        begun += 1;
        if (begun === 2) return Promise.reject(new Error('the second'));
        return new Promise((resolve) => ends.push(resolve));
      },
      (error) => failures.push(error),
    );
    const first = rounds.run();
    await rounds.run();
    expect(begun).toBe(1);
    ends[0]?.();
    await first;
    await rounds.run();
    expect(failures).toEqual([new Error('the second')]);
    void rounds.run();
    expect(begun).toBe(3);
  });
});
