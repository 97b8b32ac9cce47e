/** What OpenAI's API calls the fields of a GenerationRequest. */
import type { Failure } from '@corral/contracts';

const FIELDS: Readonly<Record<string, string>> = {
  maxTokens: 'max_tokens',
  model: 'model',
  'prompt.messages': 'messages',
  'prompt.suffix': 'suffix',
  responseFormat: 'response_format',
  'responseFormat.schema': 'response_format.json_schema.schema',
  'sampling.logitBias': 'logit_bias',
};

/** The client's name of the field; one that has none is called as it is here. Null: no field. */
export function fieldOf(path: Failure['path']): string | null {
  if (path === undefined) return null;
  const name = path.join('.');
  return FIELDS[name] ?? name;
}

/** The message with every field that it names in braces called as the client calls it. */
export function withFieldNames(message: string): string {
  return message.replaceAll(/\{([\w.]+)\}/g, (braced, name: string) => FIELDS[name] ?? braced);
}
