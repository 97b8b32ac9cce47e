/** Deployments as files say that they should be: POST /admin/v1/apply. */
import { z } from 'zod';
import { declaredDeploymentSchema, rolloutStrategySchema } from './deployments.js';

/** One YAML document. */
export const deploymentsDocumentSchema = z.strictObject({
  apiVersion: z.literal('corral/v1'),
  deployments: z.array(declaredDeploymentSchema).max(500),
});
export type DeploymentsDocument = z.infer<typeof deploymentsDocumentSchema>;

export const applySchema = z.strictObject({
  documents: z.array(deploymentsDocumentSchema).min(1).max(100),
  /** Only say what would be done. */
  dryRun: z.boolean().default(false),
  /** Remove every deployment that is in none of the documents. */
  prune: z.boolean().default(false),
  /** Of the rollouts that this makes. */
  strategy: rolloutStrategySchema.prefault({}),
});
export type ApplyRequest = z.infer<typeof applySchema>;

/** `spec.slots: 4 → 8`; null: there is nothing. */
export const fieldChangeSchema = z.object({
  field: z.string(),
  before: z.unknown(),
  after: z.unknown(),
});
export type FieldChange = z.infer<typeof fieldChangeSchema>;

export const deploymentChangeSchema = z.object({
  name: z.string(),
  action: z.enum(['create', 'change', 'remove', 'unchanged']),
  /** It makes a new revision, and a rollout to it. */
  rollout: z.boolean(),
  /** Empty unless it is a change. */
  fields: z.array(fieldChangeSchema),
  /** Names of the nodes that get a replica, one entry each; they keep those that they have. */
  placedOn: z.array(z.string()),
  /** Why replicas would be missing, with the arithmetic; null: none would. */
  missing: z.string().nullable(),
});
export type DeploymentChange = z.infer<typeof deploymentChangeSchema>;

export const applyPlanSchema = z.object({
  /** False: it is done. */
  dryRun: z.boolean(),
  /** In the order of the documents; those to be removed come last. */
  changes: z.array(deploymentChangeSchema),
});
export type ApplyPlan = z.infer<typeof applyPlanSchema>;
