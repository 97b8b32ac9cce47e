/** What a replica is to be (desired) and what it is (observed). */
import { z } from 'zod';
import { failureSchema } from './errors.js';
import { modelDigestSchema, replicaIdSchema } from './ids.js';
import { bytesSchema, durationMsSchema, fractionSchema, tokenCountSchema } from './units.js';

/** The settings with which an engine loads a model. Part of a revision, and so never changed. */
export const replicaSpecSchema = z.object({
  /** Sequences decoded together, 1 to 256. */
  slots: z.int().min(1).max(256).default(4),
  /** Context of each slot in tokens; null: what the model was trained for, at most 8,192. */
  contextTokens: z.int().min(64).max(4_194_304).nullable().default(null),
  /** Layers on the GPU; `auto` takes as many as fit, 0 is CPU only. */
  gpuLayers: z.union([z.literal('auto'), z.int().min(0).max(10_000)]).default('auto'),
  /** Tokens of one decode call at most, prompts and running streams together. */
  batchTokens: z.int().min(32).max(16_384).default(512),
  /** Used where the model and the machine's kernels gain from it, and always with `q8_0` caches. */
  flashAttention: z.boolean().default(true),
  kvCacheType: z.enum(['f16', 'q8_0']).default('f16'),
  /** CPU threads; null: chosen from the cores that are really available. */
  threads: z.int().min(1).max(1024).nullable().default(null),
  /** Jinja template in place of the model's own. */
  chatTemplate: z.string().max(200_000).nullable().default(null),
  /** A prompt chunk is shrunk so that running streams get a token at least this often. */
  interTokenTargetMs: z.int().min(5).max(10_000).default(100),
});
export type ReplicaSpec = z.infer<typeof replicaSpecSchema>;

/**
 * assigned → fetching → loading → warming → ready → draining → stopped;
 * failed (with the reason and the time of the next try) can follow any but stopped.
 */
export const REPLICA_STATES = [
  'assigned',
  'fetching',
  'loading',
  'warming',
  'ready',
  'draining',
  'stopped',
  'failed',
] as const;
export const replicaStateSchema = z.enum(REPLICA_STATES);
export type ReplicaState = z.infer<typeof replicaStateSchema>;

/** Counters of one engine since it started; differences of two samples give rates. */
export const engineStatsSchema = z.object({
  /** Decode calls so far. */
  steps: z.int().min(0),
  /** `decodeBatchSizes[n]` = steps in which n sequences got a token; index 0 is prefill only. */
  decodeBatchSizes: z.array(z.int().min(0)),
  /** Steps in which fewer sequences decoded than were running; 0 unless something is wrong. */
  partialSteps: z.int().min(0),
  prefillTokens: z.int().min(0),
  cachedTokens: z.int().min(0),
  decodedTokens: z.int().min(0),
  /** Milliseconds inside decode calls so far. */
  decodeMs: z.number().min(0),
});
export type EngineStats = z.infer<typeof engineStatsSchema>;

/** One replica as its worker sees it now. */
export const observedReplicaSchema = z.object({
  replicaId: replicaIdSchema,
  deployment: z.string(),
  revisionId: z.string(),
  modelDigest: modelDigestSchema,
  state: replicaStateSchema,
  /** Share of the present state's work that is done (loading, fetching); null where unknown. */
  progress: fractionSchema.nullable(),
  /** Why it is failed or waits, with the arithmetic; null when all is well. */
  failure: failureSchema.nullable(),
  /** Until a failed replica is started again by itself; null: not before something changes. */
  retryInMs: durationMsSchema.nullable().default(null),
  /** Starts of the engine process after the first. */
  restarts: z.int().min(0),
  /** 0 until ready. */
  slots: z.int().min(0),
  activeSlots: z.int().min(0),
  /** Attempts accepted by the worker that wait for a slot. */
  queued: z.int().min(0),
  /** Context of one slot; 0 until ready. */
  contextTokens: tokenCountSchema,
  /** Memory held, measured where possible and else estimated; 0 until ready. */
  memoryBytes: bytesSchema,
  enginePid: z.int().nullable(),
  /** `native`: own step loop; `public`: the slower fall-back; null until ready. */
  engineApi: z.enum(['native', 'public']).nullable(),
  threads: z.int().nullable(),
  stats: engineStatsSchema.nullable(),
});
export type ObservedReplica = z.infer<typeof observedReplicaSchema>;
