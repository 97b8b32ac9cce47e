/** Whether a key that was found may be used, and what its holder is told when not. Pure. */
import type { Failure } from '@corral/contracts';
import type { KeyScope } from '@corral/contracts/http';

/** One secret of a key as it is stored, with the key and its owners; read in one query. */
export interface StoredKey {
  publicId: string;
  /** SHA-256 of the secret part, hex. */
  secretHash: string;
  /** When the secret ends; null: never. */
  expiresAt: Date | null;
  keyId: string;
  name: string;
  scopes: KeyScope[];
  /** Null: not revoked. The same of the next ones: active. */
  revokedAt: Date | null;
  teamId: string;
  teamDisabledAt: Date | null;
  /** Null: a service key. */
  userId: string | null;
  userDisabledAt: Date | null;
}

/** Taken away by somebody: what still runs with the key is ended too. */
export type Withdrawal = 'unknown' | 'revoked' | 'user_disabled' | 'team_disabled';
export type Invalidity = 'missing' | 'malformed' | 'expired' | Withdrawal;

/**
 * Why the key was taken away; null: it was not. An expiry is no withdrawal: what began in time may
 * end in peace.
 *
 * @param stored null: there is no such key (any more)
 */
export function withdrawalOf(stored: StoredKey | null): Withdrawal | null {
  if (stored === null) return 'unknown';
  if (stored.revokedAt !== null) return 'revoked';
  if (stored.userDisabledAt !== null) return 'user_disabled';
  return stored.teamDisabledAt === null ? null : 'team_disabled';
}

/** From its last moment on. */
export function hasExpired({ expiresAt }: Pick<StoredKey, 'expiresAt'>, now: Date): boolean {
  return expiresAt !== null && expiresAt <= now;
}

const MESSAGES: Record<Invalidity, string> = {
  missing: "No API key was sent. Send it as 'Authorization: Bearer sk-corral-…'.",
  malformed: 'This is not an API key of Corral, or it is mistyped: its checksum does not fit.',
  unknown: 'This API key does not exist here. Make one in the console, or ask your team lead.',
  revoked: 'This API key has been revoked. Use another one.',
  expired: 'This API key has expired. Rotate it, or make another one.',
  user_disabled:
    'The person whom this API key belongs to is disabled. Ask your team lead or an admin.',
  team_disabled: 'The team which this API key belongs to is disabled. Ask an admin.',
};

export function invalidKey(why: Invalidity): Failure {
  return { code: 'invalid_api_key', message: MESSAGES[why] };
}
