/** Ranges of whole hours, UTC, as the roll-up has them. Pure. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DEFAULT_DAYS = 30;
export const LONGEST_DAYS = 400;

export interface HourRange {
  from: Date;
  /** Not included. */
  to: Date;
}

/**
 * `from` taken down and `to` up to the hour. Without `to` until now, without `from` 30 days before
 * `to`. A text says why there is no such range.
 */
export function hourRange(
  asked: { from?: string | undefined; to?: string | undefined },
  now: Date,
): HourRange | string {
  const toMs = asked.to === undefined ? now.getTime() : Date.parse(asked.to);
  const to = Math.ceil(toMs / HOUR_MS) * HOUR_MS;
  const fromMs = asked.from === undefined ? to - DEFAULT_DAYS * DAY_MS : Date.parse(asked.from);
  const from = Math.floor(fromMs / HOUR_MS) * HOUR_MS;
  if (from >= to) return "'from' must be before 'to'.";
  if (to - from > LONGEST_DAYS * DAY_MS) return `At most ${LONGEST_DAYS} days can be asked for.`;
  return { from: new Date(from), to: new Date(to) };
}

/** @param month as `2026-11` */
export function monthRange(month: string): HourRange {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return { from: new Date(Date.UTC(year, number - 1)), to: new Date(Date.UTC(year, number)) };
}
