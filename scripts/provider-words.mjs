/** Finds fields of a provider's API outside the dialect that translates them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a dialect's own words belong, and the programs that know the public API as clients do. */
const AT_HOME = /^apps\/controller\/src\/gateway\/openai|^apps\/(console|cli)\//;
const TEST = /\.(spec|int-spec)\.ts$|\/src\/testing\/|^libs\/testing\//;

const WORDS = [
  'max_tokens',
  'max_completion_tokens',
  'response_format',
  'logit_bias',
  'top_logprobs',
  'stream_options',
  'include_usage',
  'tool_choice',
  'chatcmpl',
];
const PROVIDER_WORD = new RegExp(`\\b(${WORDS.join('|')})\\b`);

/**
 * @param {string} root of a checkout
 * @param {{ source: string }[]} modules as dependency-cruiser reports them
 * @returns {{ rule: string, from: string, to: string }[]} the first such word of each file.
 */
export function providerWords(root, modules) {
  return modules
    .map(({ source }) => source)
    .filter((source) => /^(apps|libs)\/.*\.ts$/.test(source))
    .filter((source) => !AT_HOME.test(source) && !TEST.test(source))
    .flatMap((source) => {
      const word = PROVIDER_WORD.exec(readFileSync(join(root, source), 'utf8'))?.[0];
      const rule = 'provider-words-stay-in-their-dialect';
      return word === undefined ? [] : [{ rule, from: source, to: word }];
    });
}
