/** Deployments, their revisions and rollouts in the admin API under /admin/v1. */
import { z } from 'zod';
import { failureSchema } from '../errors.js';
import { deploymentNameSchema, modelDigestSchema } from '../ids.js';
import { placementSchema } from '../placement.js';
import { replicaSpecSchema } from '../replica.js';

/** Scales by itself within both bounds; with minimum 0 it may be unloaded when idle. */
const replicaBounds = {
  /** Fixed number, 0 to 64; absent with both bounds, and else 1 when it is new, or as it is. */
  replicas: z.int().min(0).max(64).optional(),
  minReplicas: z.int().min(0).max(64).nullish(),
  maxReplicas: z.int().min(1).max(64).nullish(),
};

/** How one revision follows another. */
export const rolloutStrategySchema = z
  .object({
    /** `surge`: the new beside the old where memory allows, else one after the other. */
    method: z.enum(['surge', 'drain_and_swap']).default('surge'),
    /** How many replicas less than desired there may be on the way. */
    maxUnavailable: z.int().min(0).max(64).default(0),
    /** Percent of API keys that the new revision serves, step by step, rising; empty: no canary. */
    canarySteps: z.array(z.int().min(1).max(99)).max(10).default([]),
    /** How long each canary step is watched, seconds. */
    bakeS: z.int().min(0).max(86_400).default(60),
    /** When the new revision is worse than the old by more than this, it is rolled back by itself. */
    gates: z
      .object({
        /** Share of failed requests above the old revision's, 0 to 1. */
        errorRateMargin: z.number().min(0).max(1).default(0.05),
        /** Times the old revision's p95 time to first token. */
        ttftRatio: z.number().min(1).max(100).default(2),
        /** Requests that the new one must have served before it is judged. */
        minRequests: z.int().min(1).max(100_000).default(20),
        /** Failed loads of the new revision in all. */
        maxLoadFailures: z.int().min(0).max(100).default(1),
      })
      .prefault({}),
    /** A rollout that makes no progress for so long is rolled back, seconds. */
    progressDeadlineS: z.int().min(10).max(86_400).default(600),
  })
  .refine(({ canarySteps }) => canarySteps.every((now, at) => now > (canarySteps[at - 1] ?? 0)), {
    path: ['canarySteps'],
    message: 'each step must be higher than the one before',
  })
  .refine(({ method, maxUnavailable }) => method === 'surge' || maxUnavailable > 0, {
    path: ['maxUnavailable'],
    message: 'drain_and_swap takes a replica away first: allow at least 1 to be missing',
  });
export type RolloutStrategy = z.infer<typeof rolloutStrategySchema>;

const deploymentFields = {
  name: deploymentNameSchema,
  /** SHA-256 of a model in the store, or a unique beginning (8 digits or more), or its file name. */
  model: z.string().min(1).max(300),
  ...replicaBounds,
  /** Default: wherever it fits. */
  nodeId: z.string().nullish(),
  placement: placementSchema.prefault({}),
  /** Unload when unused for so long, seconds; null: never, or after five minutes with minReplicas 0. */
  idleTimeoutS: z.int().min(10).max(2_592_000).nullish(),
  /** Other names that clients may use. */
  aliases: z.array(deploymentNameSchema).max(16).default([]),
  spec: replicaSpecSchema.prefault({}),
};

interface Bounds {
  replicas?: number | undefined;
  minReplicas?: number | null | undefined;
  maxReplicas?: number | null | undefined;
}

/** What is wrong with a number of replicas; null: nothing. Pure. */
export function boundsFault({ replicas, minReplicas, maxReplicas }: Bounds): string | null {
  if ((minReplicas == null) !== (maxReplicas == null)) {
    return 'minReplicas and maxReplicas go together';
  }
  if (minReplicas == null || maxReplicas == null) return null;
  if (replicas !== undefined) return 'give a fixed number as replicas, or minReplicas and this';
  return minReplicas <= maxReplicas ? null : 'must be at least minReplicas';
}

function checkBounds({ value, issues }: z.core.ParsePayload<Bounds>): void {
  const message = boundsFault(value);
  if (message === null) return;
  issues.push({ code: 'custom', path: ['maxReplicas'], message, input: value.maxReplicas });
}

export const createDeploymentSchema = z.object(deploymentFields).check(checkBounds);
export type CreateDeployment = z.infer<typeof createDeploymentSchema>;

/**
 * A deployment in a file: as {@link createDeploymentSchema}, but a field that nobody knows is
 * refused, since a misspelt one would go back to its default without a word.
 */
export const declaredDeploymentSchema = z
  .strictObject({
    ...deploymentFields,
    placement: placementSchema.strict().prefault({}),
    spec: replicaSpecSchema.strict().prefault({}),
  })
  .check(checkBounds);

/**
 * What is absent stays. A change of model or spec makes a revision and a rollout. `replicas` makes
 * the number fixed; with bounds, there are as many as scaling finds right between them.
 */
export const updateDeploymentSchema = z.object({
  ...replicaBounds,
  nodeId: z.string().nullish(),
  placement: placementSchema.optional(),
  idleTimeoutS: z.int().min(10).max(2_592_000).nullish(),
  aliases: z.array(deploymentNameSchema).max(16).optional(),
  model: z.string().min(1).max(300).optional(),
  /** Fields that are absent keep their value. */
  spec: z.record(z.string(), z.unknown()).optional(),
  strategy: rolloutStrategySchema.optional(),
});
export type UpdateDeployment = z.infer<typeof updateDeploymentSchema>;

export const revisionViewSchema = z.object({
  id: z.string(),
  number: z.int(),
  modelDigest: modelDigestSchema,
  modelName: z.string(),
  spec: replicaSpecSchema,
  createdAt: z.iso.datetime(),
});
export type RevisionView = z.infer<typeof revisionViewSchema>;

export const ROLLOUT_STATES = [
  'planned',
  'progressing',
  'paused',
  'completed',
  'rolled_back',
] as const;

export const rolloutViewSchema = z.object({
  id: z.string(),
  deployment: z.string(),
  fromRevision: z.int(),
  toRevision: z.int(),
  state: z.enum(ROLLOUT_STATES),
  strategy: rolloutStrategySchema,
  /** Place in the strategy's canary steps, from 0; their number: the last step. */
  step: z.int(),
  /** Percent of keys that the new revision serves, and no other; the rest go wherever there is room. */
  weight: z.int(),
  /** Why it paused or was rolled back; null: nothing to say. */
  reason: z.string().nullable(),
  /** Replicas that are ready of each revision, and how many there should be in all; null: it is over. */
  replicas: z
    .object({ desired: z.int(), fromReady: z.int(), toReady: z.int() })
    .nullable()
    .default(null),
  createdAt: z.iso.datetime(),
  /** Null: under way, paused, or rolled back and not yet whole again. */
  endedAt: z.iso.datetime().nullable(),
  /** Oldest first. */
  events: z.array(z.object({ at: z.iso.datetime(), message: z.string() })),
});
export type RolloutView = z.infer<typeof rolloutViewSchema>;

export const deploymentViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  aliases: z.array(z.string()).default([]),
  modelDigest: modelDigestSchema,
  modelName: z.string(),
  /** Number of the revision that serves. */
  revision: z.int(),
  spec: replicaSpecSchema,
  placement: placementSchema.prefault({}),
  nodeId: z.string().nullable().default(null),
  desiredReplicas: z.int(),
  minReplicas: z.int().nullable().default(null),
  maxReplicas: z.int().nullable().default(null),
  idleTimeoutS: z.int().nullable().default(null),
  readyReplicas: z.int(),
  /**
   * `ready` when at least one replica is; `unloaded`: idle, and loaded on demand; else the furthest
   * state with its reason.
   */
  state: z.enum(['ready', 'loading', 'failed', 'pending', 'unloaded']),
  /** Why it is not ready, with the arithmetic; null when it is. */
  failure: failureSchema.nullable(),
  /** 0 to 1 while loading; null where unknown. */
  progress: z.number().nullable(),
  /** Of one slot; null while it is left open and no replica is ready. */
  contextTokens: z.int().nullable(),
  slots: z.int(),
  activeSlots: z.int(),
  queued: z.int(),
  /** The last step that scaling took, as its controller remembers it; null: none, or not known here. */
  scaling: z
    .object({ from: z.int(), to: z.int(), reason: z.string(), at: z.iso.datetime() })
    .nullable()
    .default(null),
  /** The rollout that is under way or paused; null: none is. */
  rollout: z
    .object({ id: z.string(), toRevision: z.int(), state: z.enum(ROLLOUT_STATES), weight: z.int() })
    .nullable()
    .default(null),
  createdAt: z.iso.datetime(),
});
export type DeploymentView = z.infer<typeof deploymentViewSchema>;
