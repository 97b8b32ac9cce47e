/**
 * IPC between a worker's supervisor and its engine child (`child_process.fork`, JSON).
 * Trusted in neither direction: both ends parse. The engine has no network and no secrets.
 *
 * Order: the supervisor sends `load` once; the engine answers `loading`* then `ready` or `failed`.
 * After `ready`, any number of `start`, `cancel`, `ask`; the engine sends one `step` per decode
 * step with news, and `stats` each second. `stop` ends the process.
 */
import { z } from 'zod';
import { failureSchema } from '../errors.js';
import {
  generationRequestSchema,
  heldPrefixSchema,
  promptSchema,
  streamDeltaSchema,
} from '../generation.js';
import { engineStatsSchema, replicaSpecSchema } from '../replica.js';
import { bytesSchema, durationMsSchema, fractionSchema, tokenIdSchema } from '../units.js';

/** One attempt on board: unique in the engine, meaningless to it. */
const attemptKeySchema = z.string().min(1).max(200);

export const engineCommandSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('load'),
    modelPath: z.string().min(1),
    spec: replicaSpecSchema,
    /** Threads that this engine may use at most; the worker shares the machine out. */
    maxThreads: z.int().min(1),
  }),
  z.object({
    type: z.literal('start'),
    key: attemptKeySchema,
    request: generationRequestSchema,
    /** Dropped before prefill when this has passed; null: no limit. */
    remainingMs: durationMsSchema.nullable(),
  }),
  z.object({ type: z.literal('cancel'), key: attemptKeySchema }),
  z.object({
    type: z.literal('ask'),
    askId: z.int().min(0),
    question: z.discriminatedUnion('what', [
      z.object({ what: z.literal('tokenize'), prompt: promptSchema }),
      z.object({ what: z.literal('detokenize'), tokens: z.array(tokenIdSchema) }),
    ]),
  }),
  z.object({ type: z.literal('stop') }),
]);
export type EngineCommand = z.infer<typeof engineCommandSchema>;

export const engineReadySchema = z.object({
  type: z.literal('ready'),
  /** What the load really gave. */
  slots: z.int().min(1),
  contextTokens: z.int().min(1),
  api: z.enum(['native', 'public']),
  threads: z.int().min(1),
  gpu: z.enum(['cuda', 'vulkan', 'metal']).nullable(),
  /** Estimated or measured; what the replica holds. */
  memoryBytes: bytesSchema,
  engineVersion: z.string().max(80),
});
export type EngineReady = z.infer<typeof engineReadySchema>;

export const engineEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('loading'), progress: fractionSchema }),
  engineReadySchema,
  /** The load cannot succeed; the process ends itself. */
  z.object({
    type: z.literal('failed'),
    failure: failureSchema,
    /** Trying again without a change can help. False for a bad file or too little memory. */
    retryable: z.boolean(),
  }),
  z.object({
    type: z.literal('step'),
    streams: z.array(streamDeltaSchema.extend({ key: attemptKeySchema })),
  }),
  z.object({
    type: z.literal('stats'),
    stats: engineStatsSchema,
    activeSlots: z.int().min(0),
    queued: z.int().min(0),
    /** Of each sequence that holds any, in the hashes that came with the prompts; absent: unknown. */
    heldPrefixes: z.array(heldPrefixSchema).max(256).optional(),
  }),
  z.object({
    type: z.literal('answer'),
    askId: z.int().min(0),
    tokens: z.array(tokenIdSchema).optional(),
    text: z.string().optional(),
    failure: failureSchema.optional(),
  }),
]);
export type EngineEvent = z.infer<typeof engineEventSchema>;

/** What the engine program prints as one JSON line when started as `engine probe`. */
export const engineProbeSchema = z.object({
  engineVersion: z.string(),
  /** The back end that engines on this machine will use; null is CPU. */
  gpu: z.enum(['cuda', 'vulkan', 'metal']).nullable(),
  gpuDevices: z.array(z.string()),
  /** Video memory of all devices together; 0 without a GPU. */
  vram: z.object({ totalBytes: bytesSchema, usedBytes: bytesSchema, freeBytes: bytesSchema }),
});
export type EngineProbe = z.infer<typeof engineProbeSchema>;

/** What the engine program prints as one JSON line when started as `engine estimate FILE SPEC`. */
export const engineEstimateSchema = z.object({
  weightsBytes: bytesSchema,
  /** KV cache of all slots. */
  kvCacheBytes: bytesSchema,
  computeBytes: bytesSchema,
  /** Of the sum, what lands in video memory with the layers that the spec asks for. */
  vramBytes: bytesSchema,
  ramBytes: bytesSchema,
  slots: z.int().min(1),
  contextTokens: z.int().min(1),
  gpuLayers: z.int().min(0),
});
export type EngineEstimate = z.infer<typeof engineEstimateSchema>;
