/** How a machine joins, and how it is shut out again. */
import { z } from 'zod';
import { nodeIdSchema } from '../ids.js';
import { labelsSchema } from '../placement.js';

export const JOIN_TOKEN_DEFAULT_S = 3_600;
export const JOIN_TOKEN_LONGEST_S = 7 * 86_400;

export const createJoinTokenSchema = z.object({
  /** Life in seconds, 60 to 604,800 (7 d). Default: 1 h. */
  ttlSeconds: z.int().min(60).max(JOIN_TOKEN_LONGEST_S).default(JOIN_TOKEN_DEFAULT_S),
  /** Given to the node that joins with it. */
  labels: labelsSchema.default({}),
});
export type CreateJoinToken = z.infer<typeof createJoinTokenSchema>;

export const joinTokenViewSchema = z.object({
  id: z.string(),
  /** User id, or `admin_token`. */
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  labels: labelsSchema,
  /** What was done with it comes before what time has done. */
  state: z.enum(['open', 'used', 'expired']),
  usedAt: z.iso.datetime().nullable(),
  /** Node id. */
  usedBy: z.string().nullable(),
});
export type JoinTokenView = z.infer<typeof joinTokenViewSchema>;

export const createdJoinTokenSchema = joinTokenViewSchema.extend({
  /** The secret; shown this once. */
  token: z.string(),
  /** Where a machine joins: the controller as the asker reached it, or its public address. */
  url: z.string(),
});
export type CreatedJoinToken = z.infer<typeof createdJoinTokenSchema>;

/** `POST /join/v1`: what a machine shows to be let in. */
export const joinRequestSchema = z.object({
  token: z.string().min(1).max(200),
  nodeId: nodeIdSchema,
  /** What people call the machine. */
  name: z.string().trim().min(1).max(200),
  /** NATS user key; its seed stays on the machine. */
  publicKey: z.string().regex(/^U[A-Z2-7]{55}$/, 'must be a public NATS user key'),
});
export type JoinRequest = z.infer<typeof joinRequestSchema>;

export const joinAnswerSchema = z.object({
  nodeId: nodeIdSchema,
  /** NATS servers as machines reach them, separated by commas. */
  natsUrl: z.string().min(1),
  /** NATS user JWT of the machine's key, with the rights of this node alone. */
  jwt: z.string().min(1),
  /** Certificates (PEM) that the servers' ones are signed with; null: the system's own will do. */
  ca: z.string().nullable(),
});
export type JoinAnswer = z.infer<typeof joinAnswerSchema>;

export const revokedNodeSchema = z.object({
  id: z.string(),
  name: z.string(),
  revokedAt: z.iso.datetime(),
  /** False: NATS could not be told yet, which is tried again until it works. */
  cutOff: z.boolean(),
});
export type RevokedNode = z.infer<typeof revokedNodeSchema>;
