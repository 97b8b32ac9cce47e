/** What a worker observes, sent each second and on change. */
import { z } from 'zod';
import { failureSchema } from '../errors.js';
import { heldPrefixSchema } from '../generation.js';
import { bootIdSchema, modelDigestSchema, nodeIdSchema, replicaIdSchema } from '../ids.js';
import { observedReplicaSchema } from '../replica.js';
import { bytesSchema, fractionSchema } from '../units.js';
import { fileFetchSchema, fileServerSchema } from './model-files.js';

export const deviceSchema = z.object({
  /** Unique on the node: `cpu`, `cuda0`, … */
  id: z.string().max(40),
  kind: z.enum(['cpu', 'cuda', 'vulkan', 'metal']),
  name: z.string().max(200),
  /** For `cpu` this is the machine's memory. */
  totalBytes: bytesSchema,
  usedBytes: bytesSchema,
  freeBytes: bytesSchema,
  /** What it draws now; null where it cannot be measured. */
  powerWatts: z.number().min(0).nullable().default(null),
  /** Of `usedBytes`, what engines of this node hold; null: not told (an older worker). */
  ownBytes: bytesSchema.nullable().default(null),
  /**
   * Of `usedBytes`, what is neither Corral's nor was there when nothing ran: a game, another
   * program. Null: not told (an older worker).
   */
  foreignBytes: bytesSchema.nullable().default(null),
});
export type Device = z.infer<typeof deviceSchema>;

/** What a GGUF header says, as the pre-check read it. */
export const modelFactsSchema = z.object({
  name: z.string().max(300).nullable(),
  architecture: z.string().max(100),
  /** Sum of all tensors' elements. */
  parameters: z.int().min(0),
  /** Context the model was trained for; null where the header does not say. */
  contextTokens: z.int().min(1).nullable(),
  /** `Q8_0`, `Q4_K_M`, …; the type of most weights. */
  quantization: z.string().max(40),
  license: z.string().max(300).nullable(),
  hasChatTemplate: z.boolean(),
});
export type ModelFacts = z.infer<typeof modelFactsSchema>;

/** A model file in the node's store, or on its way into it. */
export const storedModelSchema = z.object({
  /** Null while importing: the digest is not known yet. */
  digest: modelDigestSchema.nullable(),
  /** Names the import, so that whoever started it can follow it. */
  importId: z.string().max(80).nullable(),
  fileName: z.string().max(300),
  sizeBytes: bytesSchema,
  state: z.enum(['importing', 'ready', 'failed']),
  progress: fractionSchema.nullable(),
  failure: failureSchema.nullable(),
  facts: modelFactsSchema.nullable(),
});
export type StoredModel = z.infer<typeof storedModelSchema>;

export const heartbeatSchema = z.object({
  nodeId: nodeIdSchema,
  bootId: bootIdSchema,
  /** Counts up by one within a boot. */
  sequence: z.int().min(0),
  /** Human name, the host name unless configured. */
  name: z.string().max(200),
  version: z.string().max(40),
  platform: z.object({
    os: z.string().max(40),
    arch: z.string().max(40),
    /** Cores this process may use (affinity and cgroup quota counted in). */
    cores: z.int().min(1),
    cpuModel: z.string().max(200),
    node: z.string().max(40),
    /** Version of node-llama-cpp; null until an engine has reported it. */
    engine: z.string().max(80).nullable(),
  }),
  devices: z.array(deviceSchema),
  disk: z.object({ totalBytes: bytesSchema, freeBytes: bytesSchema }).nullable(),
  /** Generation of the assignment list that is being carried out; 0 before the first. */
  assignmentGeneration: z.int().min(0),
  replicas: z.array(observedReplicaSchema),
  /**
   * What the replicas' caches hold, a list per sequence. Apart from `replicas`, since it is for the
   * choice of a replica alone. Absent, or a replica that is not in it: it does not say.
   */
  heldPrefixes: z
    .array(z.object({ replicaId: replicaIdSchema, sequences: z.array(heldPrefixSchema).max(256) }))
    .optional(),
  models: z.array(storedModelSchema),
  /** Where it serves its model files to other nodes; null: nowhere. */
  fileServer: fileServerSchema.nullable().default(null),
  /** Model files that it gets, or would get, from others. */
  fetches: z.array(fileFetchSchema).default([]),
  /** The worker takes no new attempts and will leave. */
  draining: z.boolean(),
  /** Echo of the last list's `polite`. */
  polite: z.boolean().default(false),
  /** The worker gives way to other use of the machine: it runs nothing, and comes back by itself. */
  yielding: z.boolean().default(false),
  /** What it gives way to, with the figures; null while it does not. */
  yieldingReason: z.string().max(500).nullable().default(null),
});
export type Heartbeat = z.infer<typeof heartbeatSchema>;
