/**
 * What the machines cost, what the cloud would have charged, and what the difference comes to.
 * Money in microdollars, integers; prices per million tokens. docs/cost-model.md has the formulas.
 */
import { z } from 'zod';
import { usageSumsSchema } from './usage.js';

const money = z.int().min(0);

// --- the price book ------------------------------------------------------------------------------

const cloudPriceFields = {
  /** Who sells it: `openai`, `groq`, … */
  provider: z.string().trim().min(1).max(80),
  /** The seller's id of the model. */
  model: z.string().trim().min(1).max(200),
  name: z.string().trim().min(1).max(200),
  inputPerMTok: money,
  /** Null: cached input costs as much as any. */
  cachedInputPerMTok: money.nullable(),
  outputPerMTok: money,
  openWeights: z.boolean(),
  /** Where the figure is from, and as of when. */
  source: z.string().trim().min(1).max(500),
};
export const createCloudPriceSchema = z.object({
  ...cloudPriceFields,
  cachedInputPerMTok: cloudPriceFields.cachedInputPerMTok.default(null),
  openWeights: cloudPriceFields.openWeights.default(false),
  /** Default: now. Requests before it keep the price they had. */
  validFrom: z.iso.datetime({ offset: true }).optional(),
});
export type CreateCloudPrice = z.infer<typeof createCloudPriceSchema>;
export const cloudPriceViewSchema = z.object({
  id: z.string(),
  ...cloudPriceFields,
  validFrom: z.iso.datetime(),
  /** It is the one that holds now. */
  current: z.boolean(),
});
export type CloudPriceView = z.infer<typeof cloudPriceViewSchema>;

/** The cloud models that a deployment is compared with; the first is the one for the books. */
export const setReferencesSchema = z.object({
  /** Empty: back to the default, the cheapest host of comparable open weights. Each one once. */
  references: z
    .array(z.object({ provider: z.string().max(80), model: z.string().max(200) }))
    .max(5),
});
export type SetReferences = z.infer<typeof setReferencesSchema>;
export const referenceViewSchema = z.object({
  deployment: z.string(),
  /** `explicit`: set by an admin. `default`: found by the rule. `none`: nothing is comparable. */
  chosen: z.enum(['explicit', 'default', 'none']),
  /** Why this one, or why none. */
  reason: z.string(),
  references: z.array(cloudPriceViewSchema),
});
export type ReferenceView = z.infer<typeof referenceViewSchema>;

// --- what a node costs ---------------------------------------------------------------------------

const nodePriceFields = {
  hardware: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('bought'),
      microdollars: money,
      /** Over which the price is spread, 1 to 120 months of 730 hours. */
      lifeMonths: z.int().min(1).max(120),
      purchasedAt: z.iso.datetime({ offset: true }),
    }),
    z.object({ kind: z.literal('rented'), microdollarsPerHour: money }),
  ]),
  /** Of the whole machine while it computes. */
  loadWatts: z.int().min(0).max(100_000),
  idleWatts: z.int().min(0).max(100_000),
  microdollarsPerKwh: money,
  /** Power usage effectiveness x 1000; 1000 where only the machine itself draws power. */
  pueThousandths: z.int().min(1000).max(5000),
};
export const setNodePriceSchema = z.object({
  ...nodePriceFields,
  pueThousandths: nodePriceFields.pueThousandths.default(1000),
  /** Default: now. Requests before it keep their cost. */
  validFrom: z.iso.datetime({ offset: true }).optional(),
});
export type SetNodePrice = z.infer<typeof setNodePriceSchema>;
export const nodePriceViewSchema = z.object({
  id: z.string(),
  nodeId: z.string(),
  ...nodePriceFields,
  validFrom: z.iso.datetime(),
  current: z.boolean(),
  /** What an hour of computing costs, hardware and power, and of it the power. */
  microdollarsPerLoadHour: z.int(),
  energyMicrodollarsPerLoadHour: z.int(),
});
export type NodePriceView = z.infer<typeof nodePriceViewSchema>;

// --- reports -------------------------------------------------------------------------------------

/** Whole hours: `from` is taken down and `to` up to the hour. At most 400 days. */
export const costQuerySchema = z.object({
  /** Default: 30 days before `to`. */
  from: z.iso.datetime({ offset: true }).optional(),
  /** Not included. Default: now. */
  to: z.iso.datetime({ offset: true }).optional(),
  teamId: z.string().max(80).optional(),
  deployment: z.string().max(128).optional(),
});
export type CostQuery = z.infer<typeof costQuerySchema>;

export const nodeCostSchema = z.object({
  nodeId: z.string(),
  nodeName: z.string(),
  /** False: nobody has said what it costs, so it counts as nothing. */
  priced: z.boolean(),
  /** Share of the range so far in which its devices computed for requests, 0 to 1. */
  utilisation: z.number(),
  /** Used and idle together: hardware and power of the hours in the range so far. */
  totalMicrodollars: z.int(),
  /** Of it, what requests are charged, and what nobody used. */
  usedMicrodollars: z.int(),
  idleMicrodollars: z.int(),
  /** Of the total, the power, computing and idle. */
  energyMicrodollars: z.int(),
});
export type NodeCost = z.infer<typeof nodeCostSchema>;

export const breakEvenSchema = z.object({
  /** Price of all bought nodes, each counted once. */
  investedMicrodollars: z.int(),
  /**
   * What the compared requests of the range would have cost in the cloud, less all power and rent
   * of the priced nodes, a day. Negative when running the machines costs more than the cloud.
   */
  savedPerDayMicrodollars: z.int(),
  /**
   * When the machines have paid for themselves at this rate, counted from the newest purchase;
   * null: never, or nothing was bought.
   */
  date: z.iso.datetime().nullable(),
  /** Tokens a day (mix as in the range) from which they pay within their life; null: unknown. */
  tokensPerDayToBreakEven: z.int().nullable(),
  /** Utilisation that goes with it; above 1 it is more than the machines can do. Null: unknown. */
  utilisationToBreakEven: z.number().nullable(),
  reason: z.string(),
});
export type BreakEven = z.infer<typeof breakEvenSchema>;

/**
 * What concerns the machines as a whole (`fullyLoaded…`, `nodes`, `breakEven`) is null where only a
 * part of the requests is looked at: with a filter, and for leads and developers.
 */
export const costReportSchema = z.object({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  sums: usageSumsSchema,
  /** Of `sums.cloudMicrodollars`, the part of requests that ran on nodes which have no price. */
  unpricedCloudMicrodollars: z.int(),
  /** Per million tokens (prompt and completion): requests' own cost, and with idle cost spread. */
  marginalPerMTok: z.int().nullable(),
  fullyLoadedPerMTok: z.int().nullable(),
  /**
   * On priced nodes, with the idle cost of all nodes taken off: what the organisation really saved.
   */
  avoidedFullyLoadedMicrodollars: z.int().nullable(),
  nodes: z.array(nodeCostSchema).nullable(),
  breakEven: breakEvenSchema.nullable(),
});
export type CostReport = z.infer<typeof costReportSchema>;

const count = z.coerce.number().int();
/** Another cloud model for all of it, other hardware, or both. */
export const whatIfQuerySchema = costQuerySchema
  .extend({
    /** Both or none. */
    provider: z.string().max(80).optional(),
    model: z.string().max(200).optional(),
    /** Bought for so much, in microdollars. Absent: the present hardware, and no more counts. */
    purchaseMicrodollars: count.min(0).max(Number.MAX_SAFE_INTEGER).optional(),
    /** Default: 36. */
    lifeMonths: count.min(1).max(120).optional(),
    /** Default: 0, and so is that of the next two. */
    loadWatts: count.min(0).max(100_000).optional(),
    idleWatts: count.min(0).max(100_000).optional(),
    microdollarsPerKwh: count.min(0).max(1_000_000_000).optional(),
    /** Default: 1000. */
    pueThousandths: count.min(1000).max(5000).optional(),
    /** Compute devices it has. Default: 1. */
    devices: count.min(1).max(1000).optional(),
    /** Speed of a device against a present one x 1000: 2000 takes half the time. Default: 1000. */
    speedThousandths: count.min(1).max(1_000_000).optional(),
  })
  .refine(({ provider, model }) => (provider === undefined) === (model === undefined), {
    message: 'Name provider and model together.',
    path: ['model'],
  });
export type WhatIfQuery = z.infer<typeof whatIfQuerySchema>;
export const whatIfSchema = z.object({
  /** Null: the counterfactual of the books, of the requests that have one. */
  price: cloudPriceViewSchema.nullable(),
  /** What the tokens would have cost there, cached input at its cached rate. */
  cloudMicrodollars: z.int(),
  /** What the same requests cost here. */
  localMicrodollars: z.int(),
  avoidedMicrodollars: z.int(),
  /** The range's computing on the other hardware; null where none was named. */
  hardware: z
    .object({
      /** Above 1: it would not have got through. */
      utilisation: z.number(),
      /** Hardware and power of the whole range. */
      totalMicrodollars: z.int(),
      usedMicrodollars: z.int(),
      idleMicrodollars: z.int(),
    })
    .nullable(),
});
export type WhatIf = z.infer<typeof whatIfSchema>;

/** GET /admin/v1/costs/statements/:month?teamId=…&format=json|csv, `month` as `2026-11`. */
export const statementQuerySchema = z.object({
  teamId: z.string().max(80),
  format: z.enum(['json', 'csv']).default('json'),
});
export type StatementQuery = z.infer<typeof statementQuerySchema>;
export const statementMonthSchema = z
  .string()
  .regex(/^20\d{2}-(0[1-9]|1[0-2])$/, 'must be a month like 2026-11');
/** What a team is charged for a month, UTC: requests' own cost, without idle cost. */
export const statementSchema = z.object({
  month: statementMonthSchema,
  team: z.object({ id: z.string(), name: z.string() }),
  /** False while the month runs. */
  final: z.boolean(),
  lines: z.array(
    z.object({
      userId: z.string().nullable(),
      userEmail: z.string().nullable(),
      keyId: z.string(),
      keyName: z.string(),
      deployment: z.string(),
      sums: usageSumsSchema,
    }),
  ),
  total: usageSumsSchema,
});
export type Statement = z.infer<typeof statementSchema>;
