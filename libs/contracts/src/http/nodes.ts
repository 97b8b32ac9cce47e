/** Nodes in the admin API under /admin/v1: what is seen of them, and what an admin may say of them. */
import { z } from 'zod';
import { deviceSchema, storedModelSchema } from '../bus/heartbeat.js';
import { nodeIdSchema } from '../ids.js';
import { labelKeySchema, labelsSchema, labelValueSchema } from '../placement.js';
import { observedReplicaSchema } from '../replica.js';

export const NODE_STATES = ['joining', 'ready', 'suspect', 'lost'] as const;
/**
 * `joining`: heard of, and not in the database yet. `ready`: heard of within 3 s. `suspect`: silent
 * above 3 s. `lost`: silent above 8 s, or not heard of since this controller started.
 */
export const nodeStateSchema = z.enum(NODE_STATES);
export type NodeState = z.infer<typeof nodeStateSchema>;

export const nodeViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  state: nodeStateSchema,
  /** Milliseconds since its last heartbeat arrived; null when it never did in this controller's life. */
  silentMs: z.number().nullable(),
  version: z.string().nullable(),
  platform: z
    .object({
      os: z.string(),
      arch: z.string(),
      cores: z.int(),
      cpuModel: z.string(),
      /** Version of its engine; null until one has told it, and nothing is placed there before. */
      engine: z.string().nullable().default(null),
    })
    .nullable(),
  devices: z.array(deviceSchema),
  replicas: z.array(observedReplicaSchema),
  models: z.array(storedModelSchema),
  /** Given by admins. */
  labels: labelsSchema.default({}),
  /** Worked out from what it reports (`corral/os`, `corral/arch`, `corral/device`). */
  builtInLabels: labelsSchema.default({}),
  /** Nothing new is placed there since then; null: it is. */
  cordonedAt: z.iso.datetime().nullable().default(null),
  /** Its replicas move elsewhere since then; null: they stay. */
  drainedAt: z.iso.datetime().nullable().default(null),
  /** Its credentials are refused since then; null: they hold. */
  revokedAt: z.iso.datetime().nullable().default(null),
  /** Gives way to other use of the machine. */
  polite: z.boolean().default(false),
  /** Gives way at this moment: it runs nothing. */
  yielding: z.boolean().default(false),
  /** Replicas that it is meant to run, running or not; 0 once a drain is done. */
  assignedReplicas: z.int().min(0).default(0),
  /** What is wrong with it, a sentence each; empty when all is well. */
  problems: z.array(z.string()).default([]),
});
export type NodeView = z.infer<typeof nodeViewSchema>;

/** What is absent stays. */
export const updateNodeSchema = z.object({
  /** Labels to set, and with null to take away; the others stay. */
  labels: z.record(labelKeySchema, labelValueSchema.nullable()).optional(),
  polite: z.boolean().optional(),
});
export type UpdateNode = z.infer<typeof updateNodeSchema>;

export const removeNodeQuerySchema = z.object({
  /** Although it is alive and runs replicas. */
  force: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
});
export type RemoveNodeQuery = z.infer<typeof removeNodeQuerySchema>;

/** Those that the brake held, and holds no more. */
export const confirmedLostSchema = z.object({ nodeIds: z.array(nodeIdSchema) });
export type ConfirmedLost = z.infer<typeof confirmedLostSchema>;
