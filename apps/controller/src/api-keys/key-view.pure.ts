/** A key as those who manage it see it. Pure. */
import type { ApiKeyView, CreateKey } from '@corral/contracts/http';
import { keyScopesOf } from './key-scopes.pure.js';

export interface KeyRow {
  id: string;
  name: string;
  teamId: string;
  team: { name: string };
  userId: string | null;
  user: { email: string } | null;
  scopes: string[];
  createdAt: Date;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
  /** Newest first; the first is the present one, and there always is one. */
  secrets: SecretRow[];
}

export interface SecretRow {
  publicId: string;
  lastFour: string;
  createdAt: Date;
  /** Null: never. */
  expiresAt: Date | null;
}

/** The newest secret. Throws for a key without any: a fault. */
export function presentSecretOf({ id, secrets: [present] }: KeyRow): SecretRow {
  if (present === undefined) throw new Error(`the key ${id} has no secret`);
  return present;
}

export function keyViewOf(row: KeyRow, now: Date): ApiKeyView {
  const { publicId, lastFour, expiresAt } = presentSecretOf(row);
  return {
    id: row.id,
    name: row.name,
    teamId: row.teamId,
    teamName: row.team.name,
    userId: row.userId,
    userEmail: row.user?.email ?? null,
    scopes: keyScopesOf(row.scopes),
    publicId,
    lastFour,
    createdAt: row.createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    overlapping: row.revokedAt === null ? overlapping(row.secrets.slice(1), now) : [],
  };
}

/** Older secrets that still open the door; a rotation gave each of them an end. */
function overlapping(older: readonly SecretRow[], now: Date): ApiKeyView['overlapping'] {
  return older.flatMap(({ publicId, lastFour, expiresAt }) =>
    expiresAt !== null && expiresAt > now
      ? [{ publicId, lastFour, expiresAt: expiresAt.toISOString() }]
      : [],
  );
}

export type AuditedKey = ApiKeyView & { limits?: CreateKey['limits'] };

/** What the audit log keeps of a key: of its secrets only which they are and when they end. */
export function auditedKeyOf(key: AuditedKey): object {
  const { name, teamId, userId, scopes, publicId, expiresAt, revokedAt, limits } = key;
  const overlapping = key.overlapping.map((older) => ({
    publicId: older.publicId,
    expiresAt: older.expiresAt,
  }));
  return { name, teamId, userId, scopes, publicId, expiresAt, revokedAt, overlapping, limits };
}
