/** Rates and counts for a person. Grouped the same way in both languages of the console. */

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** `1,204`. */
export function formatCount(count: number): string {
  return grouped.format(count);
}

/**
 * `0`, `0.04`, `3.2`, `187`, `12,400`: two decimals below 0.1, one below 100, none above, so that a
 * live figure changes in its last digit only.
 */
export function formatRate(perSecond: number): string {
  if (perSecond < 0.005) return '0';
  if (perSecond < 0.1) return perSecond.toFixed(2);
  if (perSecond < 99.95) return perSecond.toFixed(1);
  return grouped.format(perSecond);
}
