/**
 * A pass opens one model file at any controller, for an hour or two: the leader gives it to a node,
 * and whichever controller is asked can tell that it is genuine, since all of them share the secret.
 */
import { createHmac } from 'node:crypto';
import { sameText } from '../common/same-text.js';

const HOUR_S = 3_600;

/** The same within the hour, so that what a node is told changes seldom. */
export function mintFilePass(secret: string, digest: string, now: Date): string {
  const expiresAtS = (Math.floor(now.getTime() / 1000 / HOUR_S) + 2) * HOUR_S;
  return sealed(secret, digest, expiresAtS);
}

/** False for one that has expired, is for another file, or is no pass at all. */
export function opensFile(pass: string, secret: string, digest: string, now: Date): boolean {
  const expiresAtS = Number(/^(\d{1,12})\./.exec(pass)?.[1] ?? 0);
  return now.getTime() / 1000 < expiresAtS && sameText(pass, sealed(secret, digest, expiresAtS));
}

function sealed(secret: string, digest: string, expiresAtS: number): string {
  const text = `corral model file ${digest} until ${expiresAtS}`;
  return `${expiresAtS}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}
