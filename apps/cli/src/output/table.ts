import { printable } from './printable.js';

/**
 * Columns padded to their widest cell, those of `figures` (headings) to the right. `none` stands
 * for a table without rows.
 */
export function table(
  headings: string[],
  rows: string[][],
  none: string,
  figures: readonly string[] = [],
): string {
  if (rows.length === 0) return none;
  const cells = [headings, ...rows.map((row) => row.map(printable))];
  const widths = headings.map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  );
  const padded = (cell: string, column: number): string =>
    figures.includes(headings[column] ?? '')
      ? cell.padStart(widths[column] ?? 0)
      : cell.padEnd(widths[column] ?? 0);
  return cells.map((row) => row.map(padded).join('  ').trimEnd()).join('\n');
}

/** `3.4 GiB`; three significant digits at most. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
