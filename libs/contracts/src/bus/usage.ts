/**
 * What becomes of a request, on its way into the ledger: a JetStream work queue that controllers
 * and workers write and any controller reads. Every message may come twice, late or out of order;
 * ids make that harmless.
 *
 * A request is `opened` before its first attempt goes out (on the same connection, so a worker that
 * has it proves that the server has the other), and `settled` before its answer ends. When its
 * controller falls silent in between, workers say what they had generated (`orphaned`), and another
 * controller settles it.
 */
import { z } from 'zod';
import {
  controllerIdSchema,
  generationIdSchema,
  modelDigestSchema,
  nodeIdSchema,
  replicaIdSchema,
  requestIdSchema,
} from '../ids.js';

/** What a column of the ledger can hold, 2^31 - 1. */
export const MAX_COUNT = 2_147_483_647;
/**
 * A count or whole milliseconds. A message that the ledger cannot hold must be dropped where it
 * arrives: it would keep all others of its batch out of the ledger.
 */
const count = z.int().min(0).max(MAX_COUNT);
/** Milliseconds as a worker measures them. */
const measuredMs = z.number().min(0).max(MAX_COUNT);
/** Microdollars; never a float. */
const microdollars = z.int().min(0);

/** What is known of a request before anything is generated. */
export const openedRequestSchema = z.object({
  requestId: requestIdSchema,
  controllerId: controllerIdSchema,
  /** When it was admitted, on the database's clock: which window of a limit it counts in. */
  createdAt: z.iso.datetime(),
  keyId: z.string().max(80),
  teamId: z.string().max(80),
  /** Empty: a service key. */
  userId: z.string().max(80),
  deployment: z.string().max(128),
  revisionId: z.string().max(80),
  modelDigest: modelDigestSchema,
});
export type OpenedRequest = z.infer<typeof openedRequestSchema>;

/** What a request used of its controller's lease on a limit; the ledger takes it off the lease. */
export const leaseUseSchema = z.object({
  counter: z.string().max(400),
  amount: z.int().min(0),
});
export type LeaseUse = z.infer<typeof leaseUseSchema>;

export const settledRequestSchema = openedRequestSchema.extend({
  nodeId: nodeIdSchema.nullable(),
  replicaId: replicaIdSchema.nullable(),
  status: z.enum(['completed', 'failed', 'cancelled']),
  errorCode: z.string().max(80).nullable(),
  finishReason: z.string().max(40).nullable(),
  attempts: count,
  promptTokens: count,
  cachedTokens: count,
  completionTokens: count,
  reasoningTokens: count,
  wastedTokens: count,
  /** Whole milliseconds, all of them. */
  queueMs: count,
  prefillMs: count,
  decodeMs: count,
  ttftMs: count.nullable(),
  totalMs: count,
  deviceMs: count,
  millijoules: z.int().min(0).nullable(),
  localMicrodollars: microdollars,
  energyMicrodollars: microdollars,
  cloudMicrodollars: microdollars.nullable(),
  cloudPriceId: z.string().max(80).nullable(),
  /** Why it went to the replica; absent in messages of earlier versions. */
  routing: z.string().max(300).nullable().default(null),
  leaseUse: z.array(leaseUseSchema),
});
export type SettledRequest = z.infer<typeof settledRequestSchema>;

/** What a worker had generated when the controller of the stream fell silent. */
export const orphanedGenerationSchema = z.object({
  generationId: generationIdSchema,
  attempt: count.min(1),
  nodeId: nodeIdSchema,
  replicaId: replicaIdSchema,
  promptTokens: count,
  cachedTokens: count,
  /** Of the whole stream, those of earlier attempts included. */
  completionTokens: count,
  prefillMs: measuredMs,
  decodeMs: measuredMs,
  deviceMs: measuredMs,
});
export type OrphanedGeneration = z.infer<typeof orphanedGenerationSchema>;

export const usageMessageSchema = z.discriminatedUnion('kind', [
  openedRequestSchema.extend({ kind: z.literal('opened') }),
  settledRequestSchema.extend({ kind: z.literal('settled') }),
  orphanedGenerationSchema.extend({ kind: z.literal('orphaned') }),
]);
export type UsageMessage = z.infer<typeof usageMessageSchema>;

/**
 * How far a controller's open streams had come, the tokens that it is about to hand on included. Kept
 * by the server in memory, the latest per node: when a controller and a worker die together, nobody
 * else knows what the client has seen.
 */
export const streamProgressSchema = z.object({
  streams: z.array(
    z.object({
      generationId: generationIdSchema,
      replicaId: replicaIdSchema,
      attempt: count.min(1),
      promptTokens: count,
      cachedTokens: count,
      /** Of the whole stream, those of earlier attempts included. */
      completionTokens: count,
    }),
  ),
});
export type StreamProgress = z.infer<typeof streamProgressSchema>;
