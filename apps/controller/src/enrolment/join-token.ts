/** The secret by which one machine may join. */
import { createHash, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;

export interface MintedJoinToken {
  /** To be shown once. */
  token: string;
  secretHash: string;
}

export function mintJoinToken(): MintedJoinToken {
  const token = `corral-join-${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return { token, secretHash: hashJoinToken(token) };
}

/** SHA-256 in hex: enough for 256 bits of chance; looked up whole, so that time tells nothing. */
export function hashJoinToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
