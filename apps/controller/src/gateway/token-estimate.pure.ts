/**
 * How many tokens a request will come to, before an engine has seen it: what is set aside of token
 * and money budgets. The engine alone has the tokenizer, and its count replaces the estimate with
 * the first piece of the answer. Pure.
 */
import type { GenerationRequest, Prompt } from '@corral/contracts';

/**
 * English is near 4 characters a token with current vocabularies and code nearer 3 (OpenAI's help
 * centre: "1 token ~= 4 chars in English"); the lower figure sets aside rather too much.
 */
const CHARACTERS_PER_TOKEN = 3;
/** What a chat template puts around a message: role, markers, line breaks. */
const TOKENS_PER_MESSAGE = 4;

export interface TokenEstimate {
  promptTokens: number;
  /** Of the first step of each answer. */
  outputTokens: number;
}

/** @param stepTokens tokens of an answer that are set aside at a time */
export function estimateTokens(
  requests: readonly GenerationRequest[],
  choicesPerPrompt: number,
  stepTokens: number,
): TokenEstimate {
  const estimate = { promptTokens: 0, outputTokens: 0 };
  requests.forEach(({ prompt, maxTokens }, choice) => {
    estimate.outputTokens += Math.min(maxTokens ?? stepTokens, stepTokens);
    if (choice % choicesPerPrompt === 0) estimate.promptTokens += promptTokensOf(prompt);
  });
  return estimate;
}

function promptTokensOf(prompt: Prompt): number {
  switch (prompt.kind) {
    case 'tokens':
      return prompt.tokens.length;
    case 'text':
      return tokensOf(prompt.text.length);
    case 'infill':
      return tokensOf(prompt.prefix.length + prompt.suffix.length);
    case 'chat':
      return prompt.messages.reduce(
        (sum, { content }) => sum + tokensOf(content.length) + TOKENS_PER_MESSAGE,
        0,
      );
  }
}

function tokensOf(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}
