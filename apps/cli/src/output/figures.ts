/** Figures as people read them. Scripts get the API's own with `--json`. */

/** `1,234,567`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/**
 * Microdollars as dollars with 2 to 4 decimals: `$12.50`, `$0.0031`, `-$1.20`. Rounded half away
 * from zero; an amount that would be shown as nothing is `<$0.0001`.
 */
export function formatDollars(microdollars: number): string {
  const size = Math.abs(microdollars);
  const sign = microdollars < 0 ? '-' : '';
  if (size > 0 && size < 50) return microdollars < 0 ? '>-$0.0001' : '<$0.0001';
  const tenThousandths = Math.floor((size + 50) / 100);
  const whole = formatCount(Math.floor(tenThousandths / 10_000));
  const decimals = String(tenThousandths % 10_000).padStart(4, '0');
  return `${sign}$${whole}.${decimals.replace(/0{1,2}$/, '')}`;
}

/** The day, UTC: `2026-11-24`. */
export function formatDay(iso: string): string {
  return iso.slice(0, 10);
}

/** To the minute, UTC: `2026-11-24T08:30Z`. */
export function formatMinute(iso: string): string {
  return `${iso.slice(0, 16)}Z`;
}

/** `12.5 %`, of a share from 0 to 1. */
export function formatShare(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** `1 key`, `3 keys`. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
