/**
 * A client that writes down all it sees of one request. The engine is the fake one, and the prompt
 * is a list of tokens, so what the answer has to be is known before it comes: `maxTokens` tokens of
 * {@link fakeText} with the seed, for a prompt of so many tokens.
 */
import http from 'node:http';
import { z } from 'zod';
import { fakeText } from '@corral/testing';

export interface Question {
  url: string;
  apiKey: string;
  model: string;
  /** Prompt tokens, 1 or more. */
  promptTokens: number;
  maxTokens: number;
  /** Of the fake engine's text. */
  seed: number;
  /** Options for the fake engine, spelled in the prompt's first tokens; part of its count. */
  fake?: object;
}

/** Grows while the answer comes; times on the monotonic clock, null: not (yet). */
export interface Seen {
  readonly question: Question;
  readonly sentAtMs: number;
  headersAtMs: number | null;
  endedAtMs: number | null;
  requestId: string | null;
  status: number | null;
  headers: http.IncomingHttpHeaders;
  text: string;
  tokens: number;
  /** Between two pieces of the answer, in milliseconds; comments are none. */
  longestPauseMs: number;
  finishReason: string | null;
  /** What the API says was used; null: it did not come to it. */
  usage: { promptTokens: number; completionTokens: number } | null;
  /** `[DONE]` came. */
  done: boolean;
  /** Told by Corral, as a status or in the stream. */
  error: { code: string; message: string } | null;
  /** The connection ended before the answer did. */
  broken: string | null;
}

const ANSWER_LIMIT_MS = 120_000;

const chunkSchema = z.union([
  z.object({ error: z.object({ code: z.string(), message: z.string() }) }),
  z.object({
    choices: z.array(
      z.object({ text: z.string().default(''), finish_reason: z.string().nullable() }),
    ),
    usage: z.object({ prompt_tokens: z.int(), completion_tokens: z.int() }).nullish(),
  }),
]);

/** Sends it as a stream; `seen` is there at once, and `ended` resolves with it. Never rejects. */
export function ask(question: Question): { seen: Seen; ended: Promise<Seen> } {
  const seen: Seen = {
    question,
    sentAtMs: performance.now(),
    headersAtMs: null,
    endedAtMs: null,
    requestId: null,
    status: null,
    headers: {},
    text: '',
    tokens: 0,
    longestPauseMs: 0,
    finishReason: null,
    usage: null,
    done: false,
    error: null,
    broken: null,
  };
  const ended = new Promise<Seen>((resolve) => {
    const end = (broken: string | null): void => {
      if (seen.endedAtMs !== null) return;
      seen.endedAtMs = performance.now();
      if (!seen.done && seen.error === null) seen.broken = broken ?? 'ended too early';
      resolve(seen);
    };
    const request = http.request(
      `${question.url}/v1/completions`,
      {
        agent: false,
        method: 'POST',
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${question.apiKey}`,
        },
      },
      (answer) => listen(seen, answer, end),
    );
    request.on('error', (error) => end(error.message));
    request.end(JSON.stringify(bodyOf(question)));
  });
  return { seen, ended };
}

/** The whole answer came. */
export function isComplete(seen: Seen): boolean {
  return seen.done && seen.finishReason !== null && seen.error === null;
}

/** What came is the beginning of the right answer, or all of it. */
export function isExact({ question, text, tokens }: Seen): boolean {
  return text === fakeText(question.seed, tokens);
}

function bodyOf({ model, promptTokens, maxTokens, seed, fake }: Question): object {
  const told = fake === undefined ? '' : `[[fake ${JSON.stringify(fake)}]]`;
  if (told.length > promptTokens) throw new Error(`the prompt needs ${told.length} tokens`);
  // The fake engine reads each token as a code point.
  const prompt = [...told.padEnd(promptTokens, '.')].map((char) => char.codePointAt(0));
  const streamed = { stream: true, stream_options: { include_usage: true } };
  return { model, prompt, max_tokens: maxTokens, seed, ...streamed };
}

function listen(
  seen: Seen,
  answer: http.IncomingMessage,
  end: (broken: string | null) => void,
): void {
  seen.headersAtMs = performance.now();
  seen.status = answer.statusCode ?? null;
  seen.headers = answer.headers;
  seen.requestId = String(answer.headers['x-request-id'] ?? '') || null;
  const isStream = answer.headers['content-type']?.startsWith('text/event-stream') === true;
  let rest = '';
  let heardAtMs = seen.headersAtMs;
  answer.setEncoding('utf8');
  answer.on('data', (text: string) => {
    rest += text;
    if (!isStream) return;
    const events = rest.split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) take(seen, event);
    if (!events.some((event) => event.startsWith('data: '))) return;
    const nowMs = performance.now();
    seen.longestPauseMs = Math.max(seen.longestPauseMs, nowMs - heardAtMs);
    heardAtMs = nowMs;
  });
  answer.on('error', (error) => end(error.message));
  answer.on('close', () => end('the connection was cut'));
  answer.on('end', () => {
    if (!isStream && rest !== '') takeJson(seen, rest);
    end(null);
  });
}

function take(seen: Seen, event: string): void {
  if (event === 'data: [DONE]') seen.done = true;
  else if (event.startsWith('data: ')) takeJson(seen, event.slice('data: '.length));
}

function takeJson(seen: Seen, json: string): void {
  const chunk = chunkSchema.parse(JSON.parse(json));
  if ('error' in chunk) {
    seen.error = chunk.error;
    return;
  }
  for (const { text, finish_reason } of chunk.choices) {
    seen.text += text;
    seen.tokens += text.match(/t\d+\.[0-9a-f]{4} /g)?.length ?? 0;
    seen.finishReason ??= finish_reason;
  }
  if (chunk.usage == null) return;
  const { prompt_tokens, completion_tokens } = chunk.usage;
  seen.usage = { promptTokens: prompt_tokens, completionTokens: completion_tokens };
}
