import type { GenerationRequest } from '@corral/contracts';
import { TextReader } from '../dialogue/text-reader.pure.js';
import { fakeVocabulary } from '../testing/fake-vocabulary.js';
import { requestOf } from '../testing/requests.js';
import { planSampling } from '../context/sampling.js';
import { TokenStream } from './token-stream.js';

/** 0 ends the turn; 4 and 5 are the halves of one character. */
const VOCABULARY = fakeVocabulary([null, 'a', 'b', 'END', [0xc3], [0xa4], ' ']);

function streamOf(
  overrides: Partial<GenerationRequest> = {},
  promptTokens = [1, 2, 3],
  contextTokens = 100,
): TokenStream {
  const request = requestOf(overrides);
  return new TokenStream({
    key: 'k',
    request,
    promptTokens,
    vocabulary: VOCABULARY,
    reader: new TextReader(),
    contextTokens,
    sampling: planSampling(request.sampling, {
      topLogprobs: request.topLogprobs,
      contextTokens,
      drawSeed: () => 1,
    }),
    arrivedAtMs: 100,
    deadlineAtMs: null,
  });
}

function accept(stream: TokenStream, ...tokens: number[]): void {
  for (const token of tokens) stream.accept({ token, logprobs: null }, 200);
}

describe('TokenStream', () => {
  it('gives tokens and their text, numbered by position', () => {
    const stream = streamOf();
    accept(stream, 1, 2);
    expect(stream.takeStep()).toMatchObject({ key: 'k', index: 0, tokens: [1, 2], text: 'ab' });
    accept(stream, 1);
    expect(stream.takeStep()).toMatchObject({ index: 2, tokens: [1], text: 'a' });
    expect(stream.takeStep()).toBeNull();
  });

  it('counts the end-of-turn token and emits no text for it', () => {
    const stream = streamOf();
    accept(stream, 1, 0);
    expect(stream.takeStep()).toMatchObject({
      tokens: [1, 0],
      text: 'a',
      finish: { reason: 'stop', completionTokens: 2 },
    });
    expect(stream.over).toBe(true);
  });

  it('ends with `length` at maxTokens', () => {
    const stream = streamOf({ maxTokens: 2 });
    accept(stream, 1, 2);
    expect(stream.takeStep()?.finish).toMatchObject({ reason: 'length', completionTokens: 2 });
  });

  it('ends with `length` when the context is full', () => {
    const stream = streamOf({ maxTokens: null }, [1, 2, 3], 5);
    accept(stream, 1);
    expect(stream.over).toBe(false);
    accept(stream, 2);
    expect(stream.takeStep()?.finish?.reason).toBe('length');
  });

  it('ends with `length` when the context that it may use is full', () => {
    const stream = streamOf({ maxTokens: null, maxContextTokens: 5 });
    accept(stream, 1, 2);
    expect(stream.takeStep()?.finish).toMatchObject({ reason: 'length', completionTokens: 2 });
  });

  it('emits what was held for a stop string when the turn ends otherwise', () => {
    const stream = streamOf({ stop: ['ab!'] });
    accept(stream, 1, 2);
    expect(stream.takeStep()?.text).toBe('');
    accept(stream, 0);
    expect(stream.takeStep()).toMatchObject({ text: 'ab', finish: { reason: 'stop' } });
  });

  it('counts the tokens of a stop string but never emits it', () => {
    const stream = streamOf({ stop: ['END'] });
    accept(stream, 1, 3);
    expect(stream.takeStep()).toMatchObject({
      text: 'a',
      tokens: [1, 3],
      finish: { reason: 'stop', completionTokens: 2 },
    });
  });

  it('tells where the time went', () => {
    const stream = streamOf({ maxTokens: 2 });
    stream.admit(110, 2);
    stream.accept({ token: 1, logprobs: null }, 150);
    stream.accept({ token: 1, logprobs: null }, 180);
    expect(stream.takeStep()?.finish).toMatchObject({
      promptTokens: 3,
      cachedTokens: 2,
      timings: { queueMs: 10, prefillMs: 40, decodeMs: 30 },
    });
  });

  it('tells what its prompt was with the first piece, and only there', () => {
    const stream = streamOf();
    stream.admit(110, 2);
    accept(stream, 1);
    expect(stream.takeStep()?.prompt).toEqual({ tokens: 3, cachedTokens: 2 });
    accept(stream, 2);
    expect(stream.takeStep()).not.toHaveProperty('prompt');
  });

  it('tells what its prompt was when the first piece is the last', () => {
    const stream = streamOf();
    stream.admit(110, 1);
    stream.end('cancelled', 300);
    expect(stream.takeStep()).toMatchObject({
      prompt: { tokens: 3, cachedTokens: 1 },
      finish: { reason: 'cancelled', promptTokens: 3, cachedTokens: 1 },
    });
  });

  it('adds up for how long the device worked for it, however it ends', () => {
    for (const reason of ['cancelled', 'error'] as const) {
      const stream = streamOf();
      stream.charge(5);
      stream.charge(2.5);
      stream.end(reason, 300);
      expect(stream.takeStep()?.finish?.timings.deviceMs).toBe(7.5);
    }
  });

  it('reports a cancel once, with what was generated', () => {
    const stream = streamOf();
    accept(stream, 1);
    stream.end('cancelled', 300);
    stream.end('error', 301, { code: 'internal_error', message: 'too late' });
    expect(stream.takeStep()).toMatchObject({ tokens: [1], finish: { reason: 'cancelled' } });
    expect(stream.takeStep()).toBeNull();
  });

  it('reports log-probabilities with texts and without infinities', () => {
    const stream = streamOf({ topLogprobs: 2 });
    const top = [
      { token: 2, logprob: -0.5 },
      { token: 4, logprob: -Infinity },
    ];
    stream.accept({ token: 1, logprobs: { own: -0.25, top } }, 200);
    expect(stream.takeStep()?.logprobs).toEqual([
      {
        token: 1,
        text: 'a',
        logprob: -0.25,
        top: [
          { token: 2, text: 'b', logprob: -0.5 },
          { token: 4, text: '\ufffd', logprob: -9999 },
        ],
      },
    ]);
  });
});

describe('TokenStream that resumes', () => {
  it('has the accepted tokens in its prefix and continues their numbering', () => {
    const stream = streamOf({ acceptedTokens: [1, 2], maxTokens: 2 });
    expect([...stream.prefix]).toEqual([1, 2, 3, 1, 2]);
    accept(stream, 1);
    expect(stream.takeStep()).toEqual({
      key: 'k',
      index: 2,
      tokens: [1],
      text: 'a',
      prompt: { tokens: 3, cachedTokens: 0 },
    });
    accept(stream, 1);
    expect(stream.takeStep()?.finish).toMatchObject({
      reason: 'length',
      promptTokens: 3,
      completionTokens: 2,
    });
  });

  it('completes a character and a stop string whose first half an earlier attempt produced', () => {
    const character = streamOf({ acceptedTokens: [4] });
    accept(character, 5);
    expect(character.takeStep()?.text).toBe('ä');

    const stop = streamOf({ acceptedTokens: [2, 1], stop: ['ab'] });
    accept(stop, 2);
    expect(stop.takeStep()).toMatchObject({ text: '', finish: { reason: 'stop' } });
  });

  it('emits, over two attempts cut anywhere, exactly what one attempt emits', () => {
    const tokens = [1, 4, 5, 6, 2, 1, 2, 6, 4, 5, 1, 3, 1];
    const stop = ['abäz', 'aEND'];
    const whole = streamOf({ stop, maxTokens: null });
    const emitted: string[] = [];
    for (const token of tokens) {
      if (!whole.over) accept(whole, token);
      emitted.push(whole.takeStep()?.text ?? '');
    }
    for (let cut = 0; cut < tokens.length - 2; cut++) {
      const second = streamOf({ stop, maxTokens: null, acceptedTokens: tokens.slice(0, cut) });
      for (const token of tokens.slice(cut)) if (!second.over) accept(second, token);
      expect(second.takeStep()?.text).toBe(emitted.slice(cut).join(''));
    }
  });

  it.each<[string, Partial<GenerationRequest>, string]>([
    ['the end of the turn', { acceptedTokens: [1, 0] }, 'stop'],
    ['a stop string', { acceptedTokens: [1, 3], stop: ['END'] }, 'stop'],
    ['the end of the context', { acceptedTokens: [1, 1], maxContextTokens: 5 }, 'length'],
  ])('is over at once when the accepted tokens reach %s', (_, overrides, reason) => {
    const stream = streamOf(overrides);
    expect(stream.over).toBe(true);
    stream.endReplayed(300);
    expect(stream.takeStep()).toMatchObject({
      index: 2,
      tokens: [],
      text: '',
      finish: { reason, completionTokens: 0 },
    });
  });
});
