import { printable } from './printable.js';

/** Lines of a label and what it is, the labels padded to the longest. */
export function facts(rows: readonly (readonly [label: string, value: string])[]): string {
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `${label.padEnd(width)}  ${printable(value)}`).join('\n');
}
