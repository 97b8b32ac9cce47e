import type { TokenLogprob } from '@corral/contracts';
import type { AnswerShape } from '../openai/answer-shape.js';

/**
 * Completions on the way out.
 *
 * @param echoes what goes before each choice's text; empty strings for nothing.
 */
export function completionShape(echoes: readonly string[]): AnswerShape {
  const chunk = (
    index: number,
    text: string,
    logprobs: readonly TokenLogprob[] | undefined | null,
    finishReason: string | null,
  ): object => ({
    text,
    index,
    logprobs: logprobs == null ? null : logprobsView(logprobs),
    finish_reason: finishReason,
  });
  return {
    object: 'text_completion',
    chunkObject: 'text_completion',
    idPrefix: 'cmpl-',
    opening: (index) => {
      const echo = echoes[index] ?? '';
      return echo === '' ? null : chunk(index, echo, null, null);
    },
    piece: (index, text, logprobs) => chunk(index, text, logprobs, null),
    ending: (index, finishReason) => chunk(index, '', null, finishReason),
    whole: (index, { text, logprobs, finishReason }) =>
      chunk(index, (echoes[index] ?? '') + text, logprobs, finishReason),
  };
}

function logprobsView(logprobs: readonly TokenLogprob[]): object {
  let offset = 0;
  const offsets = logprobs.map(({ text }) => {
    offset += text.length;
    return offset - text.length;
  });
  return {
    tokens: logprobs.map(({ text }) => text),
    token_logprobs: logprobs.map(({ logprob }) => logprob),
    top_logprobs: logprobs.map(({ top }) =>
      Object.fromEntries(top.map(({ text, logprob }) => [text, logprob])),
    ),
    text_offset: offsets,
  };
}
