/** Where replicas would go, under POST /admin/v1/placement/plan; nothing is changed by asking. */
import { z } from 'zod';
import { modelDigestSchema } from '../ids.js';
import { deviceKindSchema, modelEstimateSchema, placementSchema } from '../placement.js';
import { replicaSpecSchema } from '../replica.js';
import { bytesSchema } from '../units.js';

export const planPlacementSchema = z.object({
  /** SHA-256 of a model in the store, or a unique beginning (8 digits or more), or its file name. */
  model: z.string().min(1).max(300),
  replicas: z.int().min(1).max(64).default(1),
  /** Default: wherever it fits. */
  nodeId: z.string().nullish(),
  placement: placementSchema.prefault({}),
  spec: replicaSpecSchema.prefault({}),
});
export type PlanPlacement = z.infer<typeof planPlacementSchema>;

export const nodeOfferSchema = z.object({
  nodeId: z.string(),
  name: z.string(),
  /** One replica could be placed here now. */
  fits: z.boolean(),
  /** How many of the replicas would be placed here. */
  replicas: z.int(),
  /** Of the first replica, in the words of the node's heartbeat; null when it does not fit. */
  deviceKind: deviceKindSchema.nullable(),
  /** What one replica would be promised, by device; empty when it does not fit. */
  reserved: z.array(z.object({ deviceId: z.string(), bytes: bytesSchema })),
  /** Why it was chosen, could also take one, or cannot, with the arithmetic. */
  reason: z.string(),
  /** The most slots of the context asked for; null: not one fits, or another thing stands against it. */
  maxSlots: z.int().nullable(),
  /** The longest context of each of the slots asked for, up to what the model was trained for. */
  maxContextTokens: z.int().nullable(),
});
export type NodeOffer = z.infer<typeof nodeOfferSchema>;

export const placementPlanViewSchema = z.object({
  modelDigest: modelDigestSchema,
  modelName: z.string(),
  /** Null: it cannot be measured; the reason says why. */
  estimate: modelEstimateSchema.nullable(),
  /** Why fewer replicas would be placed than asked for; null: all would be. */
  reason: z.string().nullable(),
  /** Those that can take it first. */
  nodes: z.array(nodeOfferSchema),
});
export type PlacementPlanView = z.infer<typeof placementPlanViewSchema>;
