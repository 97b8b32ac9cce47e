/** Bytes for a person, in binary units, which is what memory and model files are sold and read in. */

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const STEP = 1024;

/** A figure and its unit, apart, so that they can be set in different weights. */
export interface Quantity {
  figure: string;
  unit: string;
}

/** Index into the units at which `bytes` reads as 1 to 1023. */
function unitIndexOf(bytes: number): number {
  let index = 0;
  for (let rest = bytes; rest >= STEP && index < UNITS.length - 1; rest /= STEP) index += 1;
  return index;
}

function inUnit(bytes: number, index: number): string {
  const value = bytes / STEP ** index;
  if (index === 0) return String(Math.round(value));
  return value.toFixed(value < 100 ? 1 : 0);
}

/** `{ figure: '7.6', unit: 'GiB' }`. One decimal below 100 of a unit, none above. */
export function bytesQuantity(bytes: number): Quantity {
  const index = unitIndexOf(bytes);
  return { figure: inUnit(bytes, index), unit: UNITS[index] ?? 'B' };
}

/** `7.6 GiB`. */
export function formatBytes(bytes: number): string {
  const { figure, unit } = bytesQuantity(bytes);
  return `${figure} ${unit}`;
}

/** `7.6 / 23.6 GiB`: both in the unit of the whole, so that they compare at a glance. */
export function formatBytesOf(partBytes: number, wholeBytes: number): string {
  const index = unitIndexOf(wholeBytes);
  return `${inUnit(partBytes, index)} / ${inUnit(wholeBytes, index)} ${UNITS[index] ?? 'B'}`;
}
