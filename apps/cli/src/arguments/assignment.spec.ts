import { assignments } from './assignment.js';

describe('an assignment', () => {
  it('is a field and its value, of whatever kind', () => {
    const given = ['slots=8', 'flashAttention=false', 'threads=null', 'kvCacheType=q8_0', 'a=b=c'];
    expect(given.reduce((before, text) => assignments(text, before), {})).toEqual({
      slots: 8,
      flashAttention: false,
      threads: null,
      kvCacheType: 'q8_0',
      a: 'b=c',
    });
  });

  it.each(['slots', '=8', '8=slots', ''])('is refused as %p', (text) => {
    expect(() => assignments(text)).toThrow(/slots=8/);
  });
});
