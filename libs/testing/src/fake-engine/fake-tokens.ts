/**
 * What the fake engine generates: token `i` of a stream is a function of (seed, i) alone.
 *
 * A stream that lost, repeated or reordered a token, or mixed in another's, therefore never equals
 * {@link fakeText} of its seed, whatever happened on the way. Used by the fake engine to write, and
 * by tests, load clients and checkers to compare.
 */
import type { GenerationRequest, Prompt } from '@corral/contracts';

/** Ids that the fake generates are below this. */
export const FAKE_VOCABULARY = 32_000;

/** 32-bit FNV-1a of the text's UTF-16 units; well spread, and the same everywhere. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  }
  return state >>> 0;
}

/** Id of token `index` (from 0) of the stream with this seed. */
export function fakeTokenId(seed: number, index: number): number {
  return hash(`${seed}:${index}`) % FAKE_VOCABULARY;
}

/** Text of token `index`: `t12.5e3a `, the index and a hash of both. */
export function fakeTokenText(seed: number, index: number): string {
  const digest = hash(`${index}/${seed}`).toString(16).padStart(8, '0');
  return `t${index}.${digest.slice(-4)} `;
}

/** The text of the first `count` tokens, or of those from `from` on. */
export function fakeText(seed: number, count: number, from = 0): string {
  let text = '';
  for (let index = from; index < count; index += 1) text += fakeTokenText(seed, index);
  return text;
}

/** Everything a prompt says, in order: the fake counts each code point of it as one token. */
export function fakePromptText(prompt: Prompt): string {
  switch (prompt.kind) {
    case 'chat':
      return prompt.messages.map(({ role, content }) => `${role}:${content}\n`).join('');
    case 'text':
      return prompt.text;
    case 'infill':
      return `${prompt.prefix}\u0000${prompt.suffix}`;
    case 'tokens':
      return prompt.tokens.map((token) => String.fromCodePoint(token % 0xd800)).join('');
  }
}

/** The seed of a request's stream: the one it asks for, else a hash of its prompt. */
export function fakeSeed(request: Pick<GenerationRequest, 'prompt' | 'sampling'>): number {
  return request.sampling.seed ?? hash(fakePromptText(request.prompt));
}
