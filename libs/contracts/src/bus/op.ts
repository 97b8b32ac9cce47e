/** Questions and orders from a controller to one node, request and reply. */
import { z } from 'zod';
import { failureSchema } from '../errors.js';
import { promptSchema } from '../generation.js';
import { modelDigestSchema, replicaIdSchema } from '../ids.js';
import { modelEstimateSchema } from '../placement.js';
import { replicaSpecSchema } from '../replica.js';
import { tokenIdSchema } from '../units.js';

export const nodeOpSchema = z.discriminatedUnion('op', [
  /** Starts copying a file of the node's own disk into its store; progress is in the heartbeat. */
  z.object({
    op: z.literal('import_model'),
    importId: z.string().min(1).max(80),
    path: z.string().min(1).max(4096),
  }),
  z.object({ op: z.literal('delete_model'), digest: modelDigestSchema }),
  /** What a model of the node's store would take with this spec, on any machine; takes seconds. */
  z.object({
    op: z.literal('estimate_model'),
    digest: modelDigestSchema,
    spec: replicaSpecSchema,
  }),
  /** Counts or lists the tokens of a prompt exactly as a generation would see it. */
  z.object({ op: z.literal('tokenize'), replicaId: replicaIdSchema, prompt: promptSchema }),
  z.object({
    op: z.literal('detokenize'),
    replicaId: replicaIdSchema,
    tokens: z.array(tokenIdSchema),
  }),
  /** The last lines that an engine wrote. */
  z.object({
    op: z.literal('tail_logs'),
    replicaId: replicaIdSchema,
    lines: z.int().min(1).max(1000),
  }),
]);
export type NodeOp = z.infer<typeof nodeOpSchema>;

export const nodeOpReplySchema = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    tokens: z.array(tokenIdSchema).optional(),
    text: z.string().optional(),
    lines: z.array(z.string()).optional(),
    estimate: modelEstimateSchema.optional(),
  }),
  z.object({ ok: z.literal(false), failure: failureSchema }),
]);
export type NodeOpReply = z.infer<typeof nodeOpReplySchema>;
