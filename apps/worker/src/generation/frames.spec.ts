import type { FrameStream } from '@corral/contracts';
import { byController, splitIntoFrames } from './frames.pure.js';

function stream(generationId: string, text = 'a'): FrameStream {
  return { generationId, attempt: 1, index: 0, tokens: [1], text };
}

describe('the frames of a step', () => {
  it('carry every stream of one controller together', () => {
    const sorted = byController([
      { controllerId: 'c1', stream: stream('a') },
      { controllerId: 'c2', stream: stream('b') },
      { controllerId: 'c1', stream: stream('c') },
    ]);
    expect([...sorted]).toEqual([
      ['c1', [stream('a'), stream('c')]],
      ['c2', [stream('b')]],
    ]);
  });

  it('are one frame when they fit', () => {
    const streams = [stream('a'), stream('b'), stream('c')];
    expect(splitIntoFrames(streams, 1_000_000)).toEqual([streams]);
  });

  it('stay below the largest payload, in order, even when every character is escaped', () => {
    const streams = Array.from({ length: 40 }, (_, at) => stream(`g${at}`, '\u0007'.repeat(500)));
    const frames = splitIntoFrames(streams, 10_000);
    expect(frames.flat()).toEqual(streams);
    for (const frame of frames) expect(JSON.stringify(frame).length).toBeLessThan(10_000);
    expect(frames.length).toBeGreaterThan(10);
  });

  it('never underrate logarithmic probabilities', () => {
    const alternative = { token: 151_643, text: '\u0007'.repeat(9), logprob: -12.345678901234567 };
    const logprobs = [{ ...alternative, top: Array.from({ length: 20 }, () => alternative) }];
    const streams = Array.from({ length: 30 }, (_, at) => ({ ...stream(`g${at}`), logprobs }));
    for (const frame of splitIntoFrames(streams, 20_000)) {
      expect(JSON.stringify(frame).length).toBeLessThan(20_000);
    }
  });

  it('let a piece that is too large stand alone', () => {
    const big = stream('big', 'x'.repeat(10_000));
    expect(splitIntoFrames([stream('a'), big, stream('b')], 5_000)).toHaveLength(3);
  });
});
