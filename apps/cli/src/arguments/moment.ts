/** Points and lengths of time as people write them. All throw InvalidArgumentError. */
import { InvalidArgumentError } from 'commander';

export const NEVER = 'never';

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
/** With seconds and their parts left out or not; the zone must be there. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** A day (its midnight, UTC), a month (its first day) or a moment with its zone; as ISO, UTC. */
export function moment(text: string): string {
  if (MONTH.test(text)) return `${text}-01T00:00:00.000Z`;
  if (DAY.test(text)) {
    const iso = isoOf(`${text}T00:00:00Z`);
    // The 30th of February would be taken for the 2nd of March.
    if (iso?.startsWith(text)) return iso;
  } else if (INSTANT.test(text)) {
    const iso = isoOf(text);
    if (iso !== null) return iso;
  }
  throw new InvalidArgumentError(
    'It is a day such as 2026-11-01, a month such as 2026-11, or a moment such as 2026-11-01T08:00Z.',
  );
}

/** `2026-11`. */
export function month(text: string): string {
  if (MONTH.test(text)) return text;
  throw new InvalidArgumentError('It is a month such as 2026-11.');
}

/** `24h`, `7d` or `0` as whole hours, 0 to 720. */
export function overlapHours(text: string): number {
  const parts = /^(\d{1,4})([hd])$/.exec(text);
  const hours = parts === null ? NaN : Number(parts[1]) * (parts[2] === 'd' ? 24 : 1);
  if (text === '0') return 0;
  if (hours <= 720) return hours;
  throw new InvalidArgumentError('It is a length of time such as 24h or 7d, 30d at most, or 0.');
}

const UNIT_SECONDS: Record<string, number> = { m: 60, h: 3_600, d: 86_400 };

/** `30m`, `1h` or `7d` as whole seconds, 60 to 604,800. */
export function tokenLifeSeconds(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const seconds = Number(count) * (UNIT_SECONDS[unit] ?? NaN);
  if (seconds >= 60 && seconds <= 604_800) return seconds;
  throw new InvalidArgumentError('It is a length of time such as 30m, 1h or 7d, 7d at most.');
}

/** `never`, or a whole number of days from 1 to 3,650. */
export function expiryDays(text: string): number | typeof NEVER {
  if (text === NEVER) return NEVER;
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= 3650) return days;
  throw new InvalidArgumentError('It is a number of days from 1 to 3650, or "never".');
}

function isoOf(text: string): string | null {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
