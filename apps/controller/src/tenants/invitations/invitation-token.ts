/** The secret part of an invitation's link. */
import { createHash, randomBytes } from 'node:crypto';

const TOKEN_BYTES = 32;

export interface MintedToken {
  /** To be shown once. */
  token: string;
  tokenHash: string;
}

export function mintInvitationToken(): MintedToken {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  return { token, tokenHash: hashInvitationToken(token) };
}

/** SHA-256 in hex: enough for 256 bits of chance, since there is nothing to guess. */
export function hashInvitationToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** @param origin of the console, as browsers know it */
export function invitationUrl(origin: string, token: string): string {
  return `${origin.replace(/\/$/, '')}/accept-invitation?token=${token}`;
}
