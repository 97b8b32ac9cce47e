/** Where the replicas of a deployment may go, and where they go first. */
import { z } from 'zod';
import { bytesSchema } from './units.js';

/** A label's key or value, as kubernetes has them: letters, digits, `-`, `_`, `.` and `/` in keys. */
const labelPart = z.string().max(63);
export const labelKeySchema = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?$/,
    'must be 1-63 letters, digits, . _ / -',
  );
export const labelValueSchema = labelPart.regex(
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/,
  'must be up to 63 letters, digits, . _ -',
);
/** Labels of a node, or the labels that a node must have; up to 32. */
export const labelsSchema = z
  .record(labelKeySchema, labelValueSchema)
  .refine((labels) => Object.keys(labels).length <= 32, 'must be at most 32 labels');
export type Labels = z.infer<typeof labelsSchema>;

export const DEVICE_KINDS = ['cpu', 'cuda', 'vulkan', 'metal'] as const;
export const deviceKindSchema = z.enum(DEVICE_KINDS);
export type DeviceKind = z.infer<typeof deviceKindSchema>;

export const placementSchema = z.object({
  /** Only nodes that have all of these; empty: any. */
  nodeLabels: labelsSchema.default({}),
  /** Only devices of this kind; null: a GPU where the model fits, else the CPU. */
  deviceKind: deviceKindSchema.nullable().default(null),
  /** `spread`: over as many nodes as there are. `pack`: as few as hold them, so that others stay free. */
  strategy: z.enum(['spread', 'pack']).default('spread'),
});
export type Placement = z.infer<typeof placementSchema>;

/** What a replica is expected to take of one device, until its worker reports what it really takes. */
export const reservationSchema = z.object({
  deviceId: z.string().max(40),
  bytes: z.int().min(0),
});
export type Reservation = z.infer<typeof reservationSchema>;

/**
 * What a load of a model with a spec takes, told by an engine that has the file, split so that it
 * can be worked out for any machine. It depends on the file and the spec alone.
 */
export const modelEstimateSchema = z.object({
  slots: z.int().min(1),
  /** Of each slot. */
  contextTokens: z.int().min(1),
  /** Longest context that the model was trained for; null where the file does not say. */
  trainContextTokens: z.int().min(1).nullable(),
  /** Transformer blocks; with the output layer there is one more to put on a GPU. */
  layers: z.int().min(1),
  /** KV cache of all slots: what grows with the context. */
  kvCacheBytes: bytesSchema,
  /** With no layer on a GPU: all of it in the machine's memory. */
  cpu: z.object({ weightsBytes: bytesSchema, computeBytes: bytesSchema }),
  /** With every layer on a GPU. */
  gpu: z.object({
    weightsBytes: bytesSchema,
    /** Of `weightsBytes`, what follows the last block. */
    outputBytes: bytesSchema,
    /** Stays in the machine's memory: the token embeddings. */
    hostBytes: bytesSchema,
    computeBytes: bytesSchema,
  }),
});
export type ModelEstimate = z.infer<typeof modelEstimateSchema>;
