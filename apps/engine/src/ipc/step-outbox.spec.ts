import type { StreamStep } from '../generation/token-stream.js';
import { StepOutbox } from './step-outbox.js';

/** A channel whose messages leave when the test says so. */
function channel() {
  const sent: StreamStep[][] = [];
  const callbacks: (() => void)[] = [];
  const outbox = new StepOutbox((streams, onSent) => {
    sent.push(structuredClone(streams));
    callbacks.push(onSent);
  });
  return { outbox, sent, leaveOne: () => callbacks.shift()?.() };
}

const step = (key: string, index: number): StreamStep => ({
  key,
  index,
  tokens: [index],
  text: `${index} `,
});

describe('StepOutbox', () => {
  it('sends each step as it comes while the reader keeps up', () => {
    const { outbox, sent, leaveOne } = channel();
    for (let i = 0; i < 100; i++) {
      outbox.push([step('a', i)]);
      leaveOne();
    }
    expect(sent).toHaveLength(100);
  });

  it('merges steps while the reader is behind, and loses nothing', () => {
    const { outbox, sent, leaveOne } = channel();
    for (let i = 0; i < 200; i++) outbox.push([step('a', i), step('b', i)]);
    expect(sent).toHaveLength(32);
    for (let i = 0; i < 100; i++) leaveOne();
    expect(sent).toHaveLength(33);
    for (const key of ['a', 'b']) {
      const pieces = sent.flat().filter((piece) => piece.key === key);
      let next = 0;
      for (const piece of pieces) {
        expect(piece.index).toBe(next);
        next += piece.tokens.length;
      }
      expect(next).toBe(200);
      expect(pieces.map((piece) => piece.text).join('')).toBe(
        Array.from({ length: 200 }, (_, i) => `${i} `).join(''),
      );
    }
  });

  it('keeps the prompt and the finish of a merged stream', () => {
    const { outbox, sent, leaveOne } = channel();
    for (let i = 0; i < 40; i++) outbox.push([step('a', i)]);
    const prompt = { tokens: 3, cachedTokens: 1 };
    outbox.push([{ ...step('b', 0), prompt }]);
    const finish = { reason: 'stop' } as StreamStep['finish'];
    outbox.push([step('b', 1)]);
    outbox.push([{ ...step('b', 2), finish }]);
    leaveOne();
    expect(sent.at(-1)?.find(({ key }) => key === 'b')).toMatchObject({ prompt, finish });
  });
});
