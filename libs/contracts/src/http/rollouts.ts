/** Rollouts in the admin API: how one is begun, and what a dry run says. */
import { z } from 'zod';
import { deploymentNameSchema } from '../ids.js';
import { rolloutStrategySchema, rolloutViewSchema } from './deployments.js';

/** A new revision by what it changes, or an earlier one by its number. */
export const startRolloutSchema = z
  .object({
    deployment: deploymentNameSchema,
    /** As in a new deployment; absent: the present revision's. */
    model: z.string().min(1).max(300).optional(),
    /** Fields of a replica's spec; those that are absent keep their value. */
    spec: z.record(z.string(), z.unknown()).optional(),
    /** Number of an earlier revision to go back to. */
    revision: z.int().min(1).optional(),
    strategy: rolloutStrategySchema.prefault({}),
    /** Only says what would be done. */
    dryRun: z.boolean().default(false),
  })
  .refine(({ model, spec, revision }) => (model ?? spec ?? revision) !== undefined, {
    path: ['spec'],
    message: 'name what changes: model, spec, or the revision to go back to',
  })
  .refine(({ model, spec, revision }) => revision === undefined || (model ?? spec) === undefined, {
    path: ['revision'],
    message: 'an earlier revision is taken as it is: leave out model and spec',
  });
export type StartRollout = z.infer<typeof startRolloutSchema>;

export const rolloutPlanStepSchema = z.object({
  /** Percent of the deployment that this step gives to the new revision; 100: the last step. */
  percent: z.int(),
  /** `shift`: keys go to the new revision, which is then watched. */
  action: z.enum(['load', 'unload', 'shift']),
  /** Of a load: beside all others, or in the place of one that went; else null. */
  method: z.enum(['surge', 'drain_and_swap']).nullable(),
  /** Number of the revision that is loaded, unloaded or given keys. */
  revision: z.int(),
  /** Null for `shift`. */
  nodeId: z.string().nullable(),
  node: z.string().nullable(),
  /** Ready of both revisions while this is done, and their slots. */
  readyReplicas: z.int(),
  slots: z.int(),
});
export type RolloutPlanStep = z.infer<typeof rolloutPlanStepSchema>;

export const rolloutPlanSchema = z.object({
  /** Replicas that the deployment should have. */
  desired: z.int(),
  /** In their order. */
  steps: z.array(rolloutPlanStepSchema),
  /** `pauses`: it would stop half way. */
  outcome: z.enum(['completes', 'pauses']),
  /** Why it would pause, and what to do; null: it would not. */
  reason: z.string().nullable(),
});
export type RolloutPlan = z.infer<typeof rolloutPlanSchema>;

export const startedRolloutSchema = z.object({
  /** Null: a dry run. */
  rollout: rolloutViewSchema.nullable(),
  plan: rolloutPlanSchema,
});
export type StartedRollout = z.infer<typeof startedRolloutSchema>;

export const listRolloutsSchema = z.object({ deployment: deploymentNameSchema.optional() });
export type ListRollouts = z.infer<typeof listRolloutsSchema>;
