/**
 * The canonical generation: what every public dialect is translated into, and what every engine
 * understands. A dialect adds nothing here; an engine knows nothing of dialects.
 */
import { z } from 'zod';
import { failureSchema } from './errors.js';
import { responseFormatSchema } from './response-format.js';
import { durationMsSchema, tokenCountSchema, tokenIdSchema } from './units.js';

export const chatMessageSchema = z.object({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: z.string(),
});
export type ChatMessage = z.infer<typeof chatMessageSchema>;

/** What is to be continued. Text in it is data: it can never become a control token. */
export const promptSchema = z.discriminatedUnion('kind', [
  /** Rendered by the model's chat template in the engine. */
  z.object({ kind: z.literal('chat'), messages: z.array(chatMessageSchema).min(1) }),
  z.object({ kind: z.literal('text'), text: z.string() }),
  /** Fill in the middle: the engine puts the model's own infill tokens around the two. */
  z.object({ kind: z.literal('infill'), prefix: z.string(), suffix: z.string() }),
  z.object({ kind: z.literal('tokens'), tokens: z.array(tokenIdSchema).min(1) }),
]);
export type Prompt = z.infer<typeof promptSchema>;

export const samplingSchema = z.object({
  /** 0 to 2; 0 is greedy. */
  temperature: z.number().min(0).max(2),
  /** Above 0, up to 1; 1 keeps every token. */
  topP: z.number().gt(0).max(1),
  /** 0 keeps every token. */
  topK: z.int().min(0).max(1_000_000),
  /** 0 to 1; 0 keeps every token. */
  minP: z.number().min(0).max(1),
  /** 0 to 2^32-1; null lets the engine draw one. */
  seed: z.int().min(0).max(4_294_967_295).nullable(),
  /** 1 is off. */
  repeatPenalty: z.number().gt(0).max(10),
  /** -2 to 2; 0 is off. */
  presencePenalty: z.number().min(-2).max(2),
  /** -2 to 2; 0 is off. */
  frequencyPenalty: z.number().min(-2).max(2),
  /** Pairs (token id, bias -100 to 100); -100 bans the token. */
  logitBias: z.array(z.tuple([tokenIdSchema, z.number().min(-100).max(100)])).max(1024),
});
export type Sampling = z.infer<typeof samplingSchema>;

/** Greedy, nothing penalised: the base that a dialect's defaults are laid over. */
export const GREEDY_SAMPLING: Sampling = {
  temperature: 0,
  topP: 1,
  topK: 0,
  minP: 0,
  seed: null,
  repeatPenalty: 1,
  presencePenalty: 0,
  frequencyPenalty: 0,
  logitBias: [],
};

/** Blocks of one prompt that are told apart at most. */
export const MAX_PREFIX_HASHES = 4_096;
/**
 * A block of a prompt and all that is before it, salted with the cache scope: equal for prompts
 * that begin alike. Controllers make them; to an engine they are names of what it holds.
 */
export const prefixHashSchema = z.int().min(0);
/** What one sequence of an engine holds of a prompt, first block first; long ones are thinned out. */
export const heldPrefixSchema = z.array(prefixHashSchema).max(256);

export const generationRequestSchema = z.object({
  prompt: promptSchema,
  sampling: samplingSchema,
  /** Up to 4 strings, none empty; generation ends before the first that appears, which is never emitted. */
  stop: z.array(z.string().min(1).max(1000)).max(4),
  /**
   * Tokens that this attempt may generate at most, acceptedTokens not counted; null: as many as the
   * context holds.
   */
  maxTokens: z.int().min(1).nullable(),
  /** How many alternatives to report per token, 0 to 20; null: no log-probabilities at all. */
  topLogprobs: z.int().min(0).max(20).nullable(),
  /** Prompts are only ever reused between requests of one scope (a team). */
  cacheScope: z.string().min(1).max(200),
  /**
   * Prompt and answer, acceptedTokens included, together at most; absent: as much as the replica's
   * context holds.
   */
  maxContextTokens: z.int().min(1).optional(),
  /** What the answer has to be; absent: any text. Every attempt is held to it from the first token on. */
  responseFormat: responseFormatSchema.optional(),
  /** One per full block of the prompt, first block first; absent: nothing is reported about it. */
  prefixHashes: z.array(prefixHashSchema).max(MAX_PREFIX_HASHES).optional(),
  /** Tokens already delivered by earlier attempts, in order; this attempt continues after them. */
  acceptedTokens: z.array(tokenIdSchema),
});
export type GenerationRequest = z.infer<typeof generationRequestSchema>;

export const tokenLogprobSchema = z.object({
  token: tokenIdSchema,
  /** The token's own text; bytes that are no valid UTF-8 by themselves show as U+FFFD. */
  text: z.string(),
  logprob: z.number(),
  top: z.array(z.object({ token: tokenIdSchema, text: z.string(), logprob: z.number() })),
});
export type TokenLogprob = z.infer<typeof tokenLogprobSchema>;

/** Where the milliseconds of one attempt went, on the worker's monotonic clock. */
export const attemptTimingsSchema = z.object({
  /** From arrival at the engine to a free slot. */
  queueMs: durationMsSchema,
  /** From the slot to the end of the prompt. */
  prefillMs: durationMsSchema,
  /** From the end of the prompt to the last token. */
  decodeMs: durationMsSchema,
  /**
   * Its share of the time in which the device computed: each step's time, divided among the streams
   * in it by the tokens that each had in the batch. All streams' shares add up to the busy time.
   */
  deviceMs: durationMsSchema.default(0),
});
export type AttemptTimings = z.infer<typeof attemptTimingsSchema>;

export const finishSchema = z.object({
  /** `stop`: end of turn or a stop string. `length`: maxTokens or the context is used up. */
  reason: z.enum(['stop', 'length', 'cancelled', 'error']),
  /** Present exactly when the reason is `error`. */
  failure: failureSchema.optional(),
  promptTokens: tokenCountSchema,
  /** Of the prompt tokens, those found in the KV cache. */
  cachedTokens: tokenCountSchema,
  /** Generated by this attempt, end-of-turn token and stop strings' tokens included. */
  completionTokens: tokenCountSchema,
  timings: attemptTimingsSchema,
});
export type Finish = z.infer<typeof finishSchema>;

/**
 * The next piece of one stream. Pieces are numbered by `index`, the position of their first token
 * among all generated tokens (acceptedTokens included), so a lost, repeated or late piece shows.
 */
export const streamDeltaSchema = z.object({
  index: tokenCountSchema,
  /** May be empty when only held-back text or the finish is delivered. */
  tokens: z.array(tokenIdSchema),
  /** Text that became certain with these tokens: incomplete UTF-8 and possible stop strings wait. */
  text: z.string(),
  logprobs: z.array(tokenLogprobSchema).optional(),
  /**
   * The prompt as the engine rendered it: on the first piece of an attempt, and only there. Absent
   * there too when the prompt could not be rendered, or when the engine was lost before it spoke.
   */
  prompt: z.object({ tokens: tokenCountSchema, cachedTokens: tokenCountSchema }).optional(),
  /** Present on the last piece of a stream, and only there. */
  finish: finishSchema.optional(),
});
export type StreamDelta = z.infer<typeof streamDeltaSchema>;
