/** Durations for a person, in SI symbols, which both languages of the console share. */
import type { Quantity } from './format-bytes';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A latency: `0.8 ms`, `312 ms`, `1.24 s`, `83 s`. */
export function latencyQuantity(durationMs: number): Quantity {
  if (durationMs < 10) return { figure: durationMs.toFixed(1), unit: 'ms' };
  if (durationMs < 999.5) return { figure: durationMs.toFixed(0), unit: 'ms' };
  const seconds = durationMs / SECOND_MS;
  return { figure: seconds.toFixed(seconds < 9.995 ? 2 : seconds < 59.95 ? 1 : 0), unit: 's' };
}

/** An age, rounded down, in its one or two largest units: `0 s`, `14 s`, `2 min`, `1 h 5 min`, `3 d 4 h`. */
export function formatAge(ageMs: number): string {
  if (ageMs < MINUTE_MS) return `${Math.max(0, Math.floor(ageMs / SECOND_MS))} s`;
  if (ageMs < HOUR_MS) return `${Math.floor(ageMs / MINUTE_MS)} min`;
  if (ageMs < DAY_MS) return twoUnits(ageMs, HOUR_MS, 'h', MINUTE_MS, 'min');
  return twoUnits(ageMs, DAY_MS, 'd', HOUR_MS, 'h');
}

function twoUnits(
  ageMs: number,
  largeMs: number,
  largeUnit: string,
  smallMs: number,
  smallUnit: string,
): string {
  const large = Math.floor(ageMs / largeMs);
  const small = Math.floor((ageMs % largeMs) / smallMs);
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
