/**
 * A decimal number as a whole count of its `10^-places`, exactly: `0.30` with 6 places is 300,000.
 * Null when the text is no plain decimal number of 0 or more, has more places, or is too large for
 * an exact number. No float is made on the way, since 0.1 + 0.2 would be one.
 */
export function scaledDecimal(text: string, places: number): number | null {
  const parts = /^(\d{1,16})(?:\.(\d+))?$/.exec(text);
  if (parts === null) return null;
  const fraction = (parts[2] ?? '').replace(/0+$/, '');
  if (fraction.length > places) return null;
  const scaled = Number(`${parts[1]}${fraction.padEnd(places, '0')}`);
  return Number.isSafeInteger(scaled) ? scaled : null;
}
