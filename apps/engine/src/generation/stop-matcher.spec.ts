import { StopMatcher } from './stop-matcher.pure.js';

/** Everything emitted until the stop, piece by piece. */
function run(stops: string[], pieces: string[]): { emitted: string[]; stopped: boolean } {
  const matcher = new StopMatcher(stops);
  const emitted: string[] = [];
  for (const piece of pieces) {
    const { text, stopped } = matcher.push(piece);
    emitted.push(text);
    if (stopped) return { emitted, stopped };
  }
  return { emitted: [...emitted, matcher.flush()], stopped: false };
}

describe('StopMatcher', () => {
  it('passes everything through without stop strings', () => {
    expect(run([], ['a', 'b'])).toEqual({ emitted: ['a', 'b', ''], stopped: false });
  });

  it('ends before a stop string and emits nothing of it', () => {
    expect(run(['END'], ['one END two'])).toEqual({ emitted: ['one '], stopped: true });
  });

  it('finds a stop string across pieces and holds its beginning back', () => {
    expect(run(['\n\nUser:'], ['hi\n', '\nUs', 'er: x'])).toEqual({
      emitted: ['hi', '', ''],
      stopped: true,
    });
  });

  it('releases what turned out to be no stop string', () => {
    expect(run(['END'], ['E', 'N', 'C', 'E'])).toEqual({
      emitted: ['', '', 'ENC', '', 'E'],
      stopped: false,
    });
  });

  it('finds a stop string that begins within a failed one', () => {
    expect(run(['aab'], ['a', 'a', 'a', 'b'])).toEqual({
      emitted: ['', '', 'a', ''],
      stopped: true,
    });
  });

  it('ends before the earliest of several', () => {
    expect(run(['yes', 'no'], ['maybe no, yes'])).toEqual({ emitted: ['maybe '], stopped: true });
  });

  it('emits the same text however it is cut into pieces', () => {
    const text = 'The END is near, the ENDING is here';
    for (const stops of [['ENDI'], ['near', 'END is here'], ['zzz']]) {
      const whole = run(stops, [text]);
      const cut = run(stops, [...text]);
      expect(cut.emitted.join('')).toBe(whole.emitted.join(''));
      expect(cut.stopped).toBe(whole.stopped);
    }
  });
});
