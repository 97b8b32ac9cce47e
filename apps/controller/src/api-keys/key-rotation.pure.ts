/** When the secrets of a key end that is rotated. Pure. */
import type { RotateKey } from '@corral/contracts/http';
import type { SecretRow } from './key-view.pure.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** What ends at once has ended also by the clock of a controller that is slow by so much. */
const SLOW_CLOCK_MS = 300_000;

export interface KeyRotation {
  /** Of the new secret. */
  createdAt: Date;
  /** Of the new secret; null: never. */
  expiresAt: Date | null;
  /** The older secrets end then, if they do not end before. */
  olderEndAt: Date;
}

/** `days` from then on; null: never. */
export function expiryAfter(from: Date, days: number | null): Date | null {
  return days === null ? null : new Date(from.getTime() + days * DAY_MS);
}

/** Without a wish the new secret lives as long as the present one was made for. */
export function rotationOf(present: SecretRow, wanted: RotateKey, now: Date): KeyRotation {
  // The present secret is the newest one, also where another controller's clock goes fast.
  const createdAt = new Date(Math.max(now.getTime(), present.createdAt.getTime() + 1));
  const overlapMs = wanted.overlapHours === 0 ? -SLOW_CLOCK_MS : wanted.overlapHours * HOUR_MS;
  const olderEndAt = new Date(now.getTime() + overlapMs);
  if (wanted.expiresInDays !== undefined) {
    return { createdAt, expiresAt: expiryAfter(createdAt, wanted.expiresInDays), olderEndAt };
  }
  const madeForMs =
    present.expiresAt === null ? null : present.expiresAt.getTime() - present.createdAt.getTime();
  const expiresAt = madeForMs === null ? null : new Date(createdAt.getTime() + madeForMs);
  return { createdAt, expiresAt, olderEndAt };
}
