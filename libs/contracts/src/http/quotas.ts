/** Limits of the organisation, a team, a user or a key, and what is left of them. */
import { z } from 'zod';
import { deploymentNameSchema } from '../ids.js';

/** From the widest to the narrowest; on a tie the widest names itself. */
export const QUOTA_SUBJECTS = ['organisation', 'team', 'user', 'key'] as const;
export const quotaSubjectKindSchema = z.enum(QUOTA_SUBJECTS);
export type QuotaSubjectKind = z.infer<typeof quotaSubjectKindSchema>;

/** In the order in which waiting requests get a slot. */
export const PRIORITIES = ['interactive', 'agent', 'batch'] as const;
export const prioritySchema = z.enum(PRIORITIES);
export type Priority = z.infer<typeof prioritySchema>;

/** 0 lets nothing through; null is no limit. */
const limit = z.int().min(0).nullable();

/**
 * Days, weeks (from Monday) and months begin at midnight UTC, minutes with the minute, on the
 * database's clock. Money is the local cost of local models.
 */
export const limitsSchema = z.object({
  requestsPerMinute: limit,
  tokensPerMinute: limit,
  /** Requests under way at the same time. */
  concurrentRequests: limit,
  tokensPerDay: limit,
  tokensPerWeek: limit,
  tokensPerMonth: limit,
  microdollarsPerDay: limit,
  microdollarsPerWeek: limit,
  microdollarsPerMonth: limit,
  /** Deployments that may be asked; null: all. */
  allowedModels: z.array(deploymentNameSchema).max(200).nullable(),
  /** Prompt and answer together, in tokens; null: what the deployment has. */
  maxContextTokens: z.int().min(1).nullable(),
  /** Of one answer, in tokens; null: what the context holds. */
  maxOutputTokens: z.int().min(1).nullable(),
  /** Null: `interactive`. Of several, the lowest holds. */
  priority: prioritySchema.nullable(),
});
export type Limits = z.infer<typeof limitsSchema>;

/** What is absent stays as it is; null takes the limit away. */
export const updateLimitsSchema = limitsSchema.partial();
export type UpdateLimits = z.infer<typeof updateLimitsSchema>;

export const NO_LIMITS: Limits = {
  requestsPerMinute: null,
  tokensPerMinute: null,
  concurrentRequests: null,
  tokensPerDay: null,
  tokensPerWeek: null,
  tokensPerMonth: null,
  microdollarsPerDay: null,
  microdollarsPerWeek: null,
  microdollarsPerMonth: null,
  allowedModels: null,
  maxContextTokens: null,
  maxOutputTokens: null,
  priority: null,
};

export const quotaMetricSchema = z.enum([
  'requests',
  'tokens',
  'concurrent_requests',
  'microdollars',
]);
export type QuotaMetric = z.infer<typeof quotaMetricSchema>;
export const quotaWindowSchema = z.enum(['now', 'minute', 'day', 'week', 'month']);
export type QuotaWindow = z.infer<typeof quotaWindowSchema>;

/** One limit and what is left of it. */
export const quotaUseSchema = z.object({
  subject: z.object({ kind: quotaSubjectKindSchema, id: z.string(), name: z.string() }),
  metric: quotaMetricSchema,
  /** `now` for concurrency. */
  window: quotaWindowSchema,
  limit: z.int(),
  /** Settled. */
  used: z.int(),
  /** Set aside for requests under way, and leased to controllers. */
  reserved: z.int(),
  /** Null for concurrency, which has no window. */
  resetsAt: z.iso.datetime().nullable(),
});
export type QuotaUse = z.infer<typeof quotaUseSchema>;

export const quotaViewSchema = z.object({
  subject: z.object({ kind: quotaSubjectKindSchema, id: z.string(), name: z.string() }),
  limits: limitsSchema,
  use: z.array(quotaUseSchema),
});
export type QuotaView = z.infer<typeof quotaViewSchema>;
