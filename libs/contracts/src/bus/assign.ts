/** Desired state of one node, level-triggered: sent again until the heartbeat echoes it. */
import { z } from 'zod';
import { deploymentNameSchema, modelDigestSchema, replicaIdSchema } from '../ids.js';
import { replicaSpecSchema } from '../replica.js';
import { neededFileSchema } from './model-files.js';

export const assignmentSchema = z.object({
  replicaId: replicaIdSchema,
  deployment: deploymentNameSchema,
  revisionId: z.string().max(80),
  modelDigest: modelDigestSchema,
  spec: replicaSpecSchema,
  /**
   * The devices of the node (as its heartbeat calls them) that the engine may use; only `cpu`: no
   * GPU. Empty: whatever the worker finds.
   */
  deviceIds: z.array(z.string().max(40)).max(64).default([]),
});
export type Assignment = z.infer<typeof assignmentSchema>;

export const assignCommandSchema = z.object({
  /** Grows with every change of the list; an older one is ignored. */
  generation: z.int().min(1),
  /** The whole list: a replica that is not in it is drained and stopped. */
  assignments: z.array(assignmentSchema),
  /** The node gives way to other use of the machine; sent again until the heartbeat echoes it. */
  polite: z.boolean().default(false),
  /**
   * The model files of the list that the node lacks. Told again and again, with the same generation,
   * until it has them: where a file is to be had changes oftener than what should run.
   */
  files: z.array(neededFileSchema).default([]),
});
export type AssignCommand = z.infer<typeof assignCommandSchema>;
