import { GREEDY_SAMPLING } from '@corral/contracts';
import { fakeSeed, fakeText, fakeTokenId } from './fake-tokens.js';

const prompt = { kind: 'text', text: 'hello' } as const;

describe('the tokens of the fake engine', () => {
  it('are a function of seed and index', () => {
    expect(fakeText(7, 3)).toBe('t0.7315 t1.355a t2.f13b ');
    expect(fakeTokenId(7, 1)).toBe(fakeTokenId(7, 1));
    expect(fakeTokenId(7, 1)).not.toBe(fakeTokenId(8, 1));
  });

  it('continue where an earlier attempt ended', () => {
    expect(fakeText(7, 2) + fakeText(7, 5, 2)).toBe(fakeText(7, 5));
  });

  it('follow the requested seed, and the prompt where none is asked for', () => {
    expect(fakeSeed({ prompt, sampling: { ...GREEDY_SAMPLING, seed: 7 } })).toBe(7);
    const other = { kind: 'text', text: 'hullo' } as const;
    expect(fakeSeed({ prompt, sampling: GREEDY_SAMPLING })).not.toBe(
      fakeSeed({ prompt: other, sampling: GREEDY_SAMPLING }),
    );
  });
});
