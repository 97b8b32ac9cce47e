import { UnheardNodes } from './unheard-nodes.pure.js';

const HEARD: ReadonlySet<string> = new Set(['a']);

describe('a node that was never heard of', () => {
  it('is timed from when others are ready, until it is heard of', () => {
    const unheard = new UnheardNodes();
    const at = (nowMs: number, anyReady = true, heard = HEARD) =>
      Object.fromEntries(unheard.observe(['a', 'b'], heard, { anyReady, nowMs }));
    expect(at(1_000)).toEqual({ b: 0 });
    expect(at(61_500)).toEqual({ b: 60_500 });
    expect(at(62_000, false)).toEqual({ b: 0 });
    expect(at(70_000)).toEqual({ b: 0 });
    expect(at(75_000)).toEqual({ b: 5_000 });
    expect(at(76_000, true, new Set(['a', 'b']))).toEqual({});
  });
});
