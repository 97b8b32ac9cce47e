/**
 * Which counters a request is counted on. Pure.
 *
 * A limit is counted per window: one counter for each minute, day, week or month, found by an id
 * that says all of it: `<kind>/<subject>/<metric>/<window>/<start>`. Concurrency has the one window
 * `now`. Windows begin at fixed moments in UTC, so every controller names the same counter; the
 * moment itself comes from the database's clock.
 */
import type { Limits, QuotaMetric, QuotaSubjectKind, QuotaWindow } from '@corral/contracts/http';

export interface QuotaSubject {
  kind: QuotaSubjectKind;
  id: string;
}

export interface QuotaCounterRef {
  id: string;
  subject: QuotaSubject;
  metric: QuotaMetric;
  window: QuotaWindow;
  limit: number;
  /** When the next window begins; null for concurrency. */
  resetsAt: Date | null;
}

const COUNTED: readonly [limit: keyof Limits, metric: QuotaMetric, window: QuotaWindow][] = [
  ['concurrentRequests', 'concurrent_requests', 'now'],
  ['requestsPerMinute', 'requests', 'minute'],
  ['tokensPerMinute', 'tokens', 'minute'],
  ['tokensPerDay', 'tokens', 'day'],
  ['tokensPerWeek', 'tokens', 'week'],
  ['tokensPerMonth', 'tokens', 'month'],
  ['microdollarsPerDay', 'microdollars', 'day'],
  ['microdollarsPerWeek', 'microdollars', 'week'],
  ['microdollarsPerMonth', 'microdollars', 'month'],
];

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The counters of one subject's limits at that moment; empty where nothing is limited. */
export function countersOf(subject: QuotaSubject, limits: Limits, at: Date): QuotaCounterRef[] {
  return COUNTED.flatMap(([name, metric, window]) => {
    const limit = limits[name] as number | null;
    if (limit === null) return [];
    const { start, end } = windowAt(window, at);
    const id = `${subject.kind}/${subject.id}/${metric}/${window}/${start === null ? '-' : startText(window, start)}`;
    return [{ id, subject, metric, window, limit, resetsAt: end }];
  });
}

/** The window around the moment; both null for concurrency. */
export function windowAt(
  window: QuotaWindow,
  at: Date,
): { start: Date; end: Date } | { start: null; end: null } {
  if (window === 'now') return { start: null, end: null };
  const ms = at.getTime();
  if (window === 'minute') return span(ms - (ms % MINUTE_MS), MINUTE_MS);
  const day = ms - (ms % DAY_MS);
  if (window === 'day') return span(day, DAY_MS);
  // Weeks begin on Monday (ISO 8601); getUTCDay counts from Sunday.
  if (window === 'week') return span(day - ((at.getUTCDay() + 6) % 7) * DAY_MS, 7 * DAY_MS);
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
  return { start: new Date(Date.UTC(year, month)), end: new Date(Date.UTC(year, month + 1)) };
}

function span(startMs: number, lengthMs: number): { start: Date; end: Date } {
  return { start: new Date(startMs), end: new Date(startMs + lengthMs) };
}

/** `2026-11-24T22:07` for a minute, `2026-11-24` for the longer ones: what PostgreSQL reads too. */
function startText(window: QuotaWindow, start: Date): string {
  return start.toISOString().slice(0, window === 'minute' ? 16 : 10);
}
