import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Whether two secrets are the same. Hashed first, so that neither length nor content can be told
 * from the time it takes.
 */
export function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
