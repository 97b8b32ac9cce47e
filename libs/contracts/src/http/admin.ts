/** The admin API under /admin/v1, shared by controller, console and CLI. */
import { z } from 'zod';
import { storedModelSchema } from '../bus/heartbeat.js';
import { fileFetchSchema } from '../bus/model-files.js';
import { failureSchema } from '../errors.js';
import { deploymentViewSchema } from './deployments.js';
import { nodeViewSchema } from './nodes.js';

/** Every error body of the admin API. */
export const adminErrorSchema = z.object({ error: failureSchema });
export type AdminError = z.infer<typeof adminErrorSchema>;

// --- models -------------------------------------------------------------------------------------

export const importModelSchema = z.object({
  /** An absolute path on the node's own disk. */
  path: z.string().min(1).max(4096),
  /** Default: the only node there is; with several it must be named. */
  nodeId: z.string().nullish(),
});
export type ImportModel = z.infer<typeof importModelSchema>;
export const importStartedSchema = z.object({ importId: z.string(), nodeId: z.string() });
export type ImportStarted = z.infer<typeof importStartedSchema>;

/** A model file, the nodes that hold it, and those that are getting it from them. */
export const modelViewSchema = storedModelSchema.extend({
  nodeIds: z.array(z.string()),
  fetches: z
    .array(fileFetchSchema.omit({ digest: true }).extend({ nodeId: z.string() }))
    .default([]),
});
export type ModelView = z.infer<typeof modelViewSchema>;

// --- overview -----------------------------------------------------------------------------------

export const overviewSchema = z.object({
  status: z.enum(['ready', 'degraded', 'down']),
  /** One line per thing that is wrong; empty when ready. */
  problems: z.array(z.string()),
  version: z.string(),
  nodes: z.array(nodeViewSchema),
  deployments: z.array(deploymentViewSchema),
  rates: z.object({
    /** Over the last 10 seconds, finished requests and generated tokens. */
    requestsPerSecond: z.number(),
    tokensPerSecond: z.number(),
    /** Requests now. */
    running: z.int(),
    waiting: z.int(),
    /** Median time to first token of the last 100 requests; null before the first. */
    ttftP50Ms: z.number().nullable(),
  }),
});
export type Overview = z.infer<typeof overviewSchema>;
