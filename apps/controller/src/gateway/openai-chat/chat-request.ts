/** POST /v1/chat/completions: the body, and its translation into canonical generations. */
import { z } from 'zod';
import type { ChatMessage, Failure, GenerationRequest } from '@corral/contracts';
import type { Translation } from '../openai/translation.js';
import { responseFormatParameter, toResponseFormat } from './response-format.js';
import { samplingOf, stopOf } from '../openai/sampling.js';
import { commonParameters, textSchema } from '../openai/text-schema.js';

const partSchema = z.looseObject({ type: z.string(), text: textSchema.optional() });

const messageSchema = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: z.union([textSchema, z.array(partSchema)]).nullish(),
  tool_calls: z.array(z.unknown()).nullish(),
});

/** Fields it does not name are ignored: clients send extras. Those it names are checked. */
export const chatCompletionSchema = z.object({
  ...commonParameters,
  messages: z.array(messageSchema).min(1).max(10_000),
  max_completion_tokens: z.int().min(1).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  tools: z.array(z.unknown()).nullish(),
  tool_choice: z.unknown().optional(),
  response_format: responseFormatParameter.nullish(),
});
export type ChatCompletionBody = z.infer<typeof chatCompletionSchema>;

/** One generation per choice; not ok when the body asks for what no engine here can do. */
export function toGenerations(
  body: ChatCompletionBody,
  cacheScope: string,
): Translation<GenerationRequest[]> {
  const failure = unsupported(body);
  if (failure !== null) return { ok: false, failure };
  const responseFormat = toResponseFormat(body.response_format);
  const messages: ChatMessage[] = [];
  for (const [index, message] of body.messages.entries()) {
    const content = contentOf(message, index);
    if (!content.ok) return content;
    const role = message.role === 'developer' ? 'system' : message.role;
    messages.push({ role, content: content.value });
  }
  const generations = Array.from({ length: body.n ?? 1 }, (_, choice) => ({
    prompt: { kind: 'chat' as const, messages },
    sampling: samplingOf(body, choice),
    stop: stopOf(body),
    maxTokens: body.max_completion_tokens ?? body.max_tokens ?? null,
    topLogprobs: body.logprobs === true ? (body.top_logprobs ?? 0) : null,
    cacheScope,
    acceptedTokens: [],
    ...(responseFormat && { responseFormat }),
  }));
  return { ok: true, value: generations };
}

function unsupported(body: ChatCompletionBody): Failure | null {
  if (body.tools != null && body.tools.length > 0 && body.tool_choice !== 'none') {
    return refusal('tools', 'Tool calls are not supported yet. Leave `tools` out.');
  }
  if (body.top_logprobs != null && body.logprobs !== true) {
    return {
      code: 'invalid_value',
      message: 'top_logprobs needs logprobs to be true.',
      param: 'top_logprobs',
    };
  }
  return null;
}

function contentOf(
  message: ChatCompletionBody['messages'][number],
  index: number,
): Translation<string> {
  const where = `messages[${index}]`;
  if (message.tool_calls != null && message.tool_calls.length > 0) {
    const failure = refusal(`${where}.tool_calls`, 'Tool calls are not supported yet.');
    return { ok: false, failure };
  }
  const { content } = message;
  if (typeof content === 'string') return { ok: true, value: content };
  if (content == null) {
    if (message.role === 'assistant') return { ok: true, value: '' };
    return {
      ok: false,
      failure: {
        code: 'invalid_value',
        message: `${where}.content: a ${message.role} message needs content.`,
        param: `${where}.content`,
      },
    };
  }
  const texts: string[] = [];
  for (const [position, part] of content.entries()) {
    if (part.text === undefined) {
      const failure = refusal(
        `${where}.content[${position}]`,
        `A content part of type '${part.type}' is not supported: models here read text only.`,
      );
      return { ok: false, failure };
    }
    texts.push(part.text);
  }
  return { ok: true, value: texts.join('') };
}

function refusal(param: string, message: string): Failure {
  return { code: 'unsupported_parameter', message, param };
}
