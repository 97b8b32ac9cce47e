/** API keys, for those who manage them and (GET /v1/key) for those who hold them. */
import { z } from 'zod';
import { quotaUseSchema, updateLimitsSchema } from './quotas.js';

/**
 * - `generate`: ask models for answers.
 * - `models`: list them.
 * Every key may ask what it may do (GET /v1/key).
 */
export const KEY_SCOPES = ['generate', 'models'] as const;
export const keyScopeSchema = z.enum(KEY_SCOPES);
export type KeyScope = z.infer<typeof keyScopeSchema>;

/** Days until it expires, 1 to 3,650; null: never. */
const expiresInDays = z.int().min(1).max(3650).nullable();

const idSchema = z.string().regex(/^[A-Za-z0-9_-]{1,80}$/, 'must be 1-80 of A-Z a-z 0-9 _ -');

/** A key in a path: its id, or the public id of one of its secrets. */
export const keyParamsSchema = z.object({ id: idSchema });
export type KeyParams = z.infer<typeof keyParamsSchema>;

export const createKeySchema = z.object({
  /** 1 to 100 characters; no control characters, which the database would not take. */
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must hold no control characters'),
  expiresInDays: expiresInDays.default(90),
  /** Default: the owner's team; for a service key the asker's, or the default team. */
  teamId: idSchema.optional(),
  /** Whose key it is; null: a service key of the team. Default: the asker's own. */
  userId: idSchema.nullish(),
  /** Default: all. */
  scopes: z
    .array(keyScopeSchema)
    .min(1)
    .max(20)
    .default([...KEY_SCOPES]),
  /** Limits of the key itself, beside those of its user, team and organisation. */
  limits: updateLimitsSchema.optional(),
});
export type CreateKey = z.infer<typeof createKeySchema>;

export const apiKeyViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  teamId: z.string(),
  teamName: z.string(),
  /** Null: a service key. */
  userId: z.string().nullable(),
  userEmail: z.string().nullable(),
  scopes: z.array(keyScopeSchema),
  /** Of the present secret. */
  publicId: z.string(),
  lastFour: z.string(),
  createdAt: z.iso.datetime(),
  /** When the present secret ends; null: never. */
  expiresAt: z.iso.datetime().nullable(),
  revokedAt: z.iso.datetime().nullable(),
  lastUsedAt: z.iso.datetime().nullable(),
  /** Secrets from before a rotation that still open the door. */
  overlapping: z.array(
    z.object({ publicId: z.string(), lastFour: z.string(), expiresAt: z.iso.datetime() }),
  ),
});
export type ApiKeyView = z.infer<typeof apiKeyViewSchema>;

/** The only answers that ever hold the key itself: of creation and of rotation. */
export const createdKeySchema = apiKeyViewSchema.extend({ apiKey: z.string() });
export type CreatedKey = z.infer<typeof createdKeySchema>;

export const rotateKeySchema = z.object({
  /** How long the old secret still works, in hours, 0 to 720. */
  overlapHours: z.int().min(0).max(720).default(24),
  /** Of the new secret. Absent: as long as the old one was made for. */
  expiresInDays: expiresInDays.optional(),
});
export type RotateKey = z.infer<typeof rotateKeySchema>;

/** GET /v1/key: what the key that asks may do. */
export const keyInfoSchema = z.object({
  id: z.string(),
  name: z.string(),
  team: z.object({ id: z.string(), name: z.string() }),
  /** Null: a service key. */
  user: z.object({ id: z.string(), email: z.string() }).nullable(),
  scopes: z.array(keyScopeSchema),
  expiresAt: z.iso.datetime().nullable(),
  /** Of key, user, team and organisation together; null: no limit. */
  allowedModels: z.array(z.string()).nullable(),
  maxContextTokens: z.int().nullable(),
  maxOutputTokens: z.int().nullable(),
  priority: z.enum(['interactive', 'agent', 'batch']),
  /** Every limit that holds for the key, the tightest (least left of it) first. */
  limits: z.array(quotaUseSchema),
});
export type KeyInfo = z.infer<typeof keyInfoSchema>;
