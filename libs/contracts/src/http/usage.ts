/** The ledger: single requests, sums over them, and the check that all sums agree. */
import { z } from 'zod';
import { prioritySchema } from './quotas.js';

/** One row per request; prompts and answers are not stored. Money in microdollars. */
export const requestRowSchema = z.object({
  requestId: z.string(),
  createdAt: z.iso.datetime(),
  keyId: z.string(),
  teamId: z.string(),
  /** Null: a service key. */
  userId: z.string().nullable(),
  deployment: z.string(),
  nodeId: z.string().nullable(),
  replicaId: z.string().nullable(),
  status: z.enum(['completed', 'failed', 'cancelled']),
  errorCode: z.string().nullable(),
  finishReason: z.string().nullable(),
  attempts: z.int(),
  promptTokens: z.int(),
  cachedTokens: z.int(),
  completionTokens: z.int(),
  reasoningTokens: z.int(),
  /** Prompt tokens that lost attempts had to prefill again; not billed. */
  wastedTokens: z.int(),
  queueMs: z.number(),
  /** Null when no token was produced. */
  ttftMs: z.number().nullable(),
  totalMs: z.number(),
  /** Its share of the time the device computed. */
  deviceMs: z.number(),
  localMicrodollars: z.int(),
  energyMicrodollars: z.int(),
  /** Null: nothing to compare with. */
  cloudMicrodollars: z.int().nullable(),
  /** Why it went to its replica; null: it reached none. */
  routing: z.string().nullable(),
});
export type RequestRow = z.infer<typeof requestRowSchema>;

/** A generation under way on the controller that answers. Prompts are not shown. */
export const generationViewSchema = z.object({
  generationId: z.string(),
  deployment: z.string(),
  teamId: z.string(),
  priority: prioritySchema,
  /** Since it was submitted. */
  ageMs: z.number(),
  /** Null while it waits. */
  nodeId: z.string().nullable(),
  /** Its place in the queue and what it waits for, or why it is where it is. */
  reason: z.string(),
});
export type GenerationView = z.infer<typeof generationViewSchema>;

export const requestQuerySchema = z.object({
  /** Rows of one page, 1 to 1,000. */
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  /** The `next` of the page before; absent: the newest rows. */
  before: z.string().max(80).optional(),
});
export type RequestQuery = z.infer<typeof requestQuerySchema>;

export const usageGroupSchema = z.enum(['none', 'team', 'user', 'key', 'deployment', 'node']);
export type UsageGroup = z.infer<typeof usageGroupSchema>;
export const usageBucketSchema = z.enum(['none', 'hour', 'day', 'month']);
export type UsageBucket = z.infer<typeof usageBucketSchema>;

/** Whole hours: `from` is taken down and `to` up to the hour. At most 400 days. */
export const usageQuerySchema = z.object({
  /** Default: 30 days before `to`. */
  from: z.iso.datetime({ offset: true }).optional(),
  /** Not included. Default: now. */
  to: z.iso.datetime({ offset: true }).optional(),
  groupBy: usageGroupSchema.default('none'),
  bucket: usageBucketSchema.default('none'),
  teamId: z.string().max(80).optional(),
  userId: z.string().max(80).optional(),
  keyId: z.string().max(80).optional(),
  deployment: z.string().max(128).optional(),
  nodeId: z.string().max(80).optional(),
});
export type UsageQuery = z.infer<typeof usageQuerySchema>;

export const usageSumsSchema = z.object({
  requests: z.int(),
  failed: z.int(),
  cancelled: z.int(),
  promptTokens: z.int(),
  cachedTokens: z.int(),
  completionTokens: z.int(),
  reasoningTokens: z.int(),
  wastedTokens: z.int(),
  deviceMs: z.int(),
  localMicrodollars: z.int(),
  energyMicrodollars: z.int(),
  /** Of the requests that have a counterfactual. */
  comparedRequests: z.int(),
  comparedMicrodollars: z.int(),
  cloudMicrodollars: z.int(),
  /** cloudMicrodollars - comparedMicrodollars: like against like. Negative when the cloud is cheaper. */
  avoidedMicrodollars: z.int(),
});
export type UsageSums = z.infer<typeof usageSumsSchema>;

export const usageRowSchema = usageSumsSchema.extend({
  /** Start of the bucket; null without buckets. */
  bucketStart: z.iso.datetime().nullable(),
  /** Null without groups. `name` is the id where no name is known any more. */
  group: z.object({ id: z.string(), name: z.string() }).nullable(),
});
export type UsageReportRow = z.infer<typeof usageRowSchema>;

export const usageReportSchema = z.object({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  /** Oldest bucket first, then the group with most tokens. */
  data: z.array(usageRowSchema),
  total: usageSumsSchema,
});
export type UsageReport = z.infer<typeof usageReportSchema>;

/** Sums that should be the same and are not. */
export const ledgerDifferenceSchema = z.object({
  /** `rollup` against the ledger, or `quota` counters against the ledger. */
  what: z.enum(['rollup', 'quota']),
  /** Which hour of which team, user, key, deployment and node; or which counter. */
  where: z.string(),
  field: z.string(),
  ledger: z.int(),
  other: z.int(),
});
export type LedgerDifference = z.infer<typeof ledgerDifferenceSchema>;

export const ledgerCheckSchema = z.object({
  /** Null: not yet since this controller began to lead. */
  checkedAt: z.iso.datetime().nullable(),
  ok: z.boolean(),
  /** Ledger rows that were compared. */
  rows: z.int(),
  differences: z.array(ledgerDifferenceSchema),
  /** Settled requests that wait in the stream or in the spool for the database. */
  waiting: z.int(),
});
export type LedgerCheck = z.infer<typeof ledgerCheckSchema>;

export const usageExportQuerySchema = usageQuerySchema.extend({
  /** Of the file: every request of the range, oldest first. */
  format: z.enum(['csv', 'json']).default('csv'),
});
export type UsageExportQuery = z.infer<typeof usageExportQuerySchema>;
