/** Sets of characters, and how a grammar spells one of a set inside of a JSON string. Pure. */

/** Code points from the first to the second, both in. */
export type CodePoints = readonly (readonly [number, number])[];

const LAST = 0x10ffff;
/** No characters by themselves, so no text has them. */
const SURROGATES = [0xd800, 0xdfff] as const;

/** All that are in none of the ranges. */
export function allBut(ranges: CodePoints): CodePoints {
  const inOrder = [...ranges, SURROGATES].sort(([one], [other]) => one - other);
  const rest: [number, number][] = [];
  let next = 0;
  for (const [from, to] of inOrder) {
    if (from > next) rest.push([next, from - 1]);
    next = Math.max(next, to + 1);
  }
  if (next <= LAST) rest.push([next, LAST]);
  return rest;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** What JSON writes with a backslash, and how; other control characters are left out. */
const ESCAPED: readonly (readonly [number, string])[] = [
  [QUOTE, String.raw`"\\\""`],
  [BACKSLASH, String.raw`"\\\\"`],
  [0x08, String.raw`"\\b"`],
  [0x09, String.raw`"\\t"`],
  [0x0a, String.raw`"\\n"`],
  [0x0c, String.raw`"\\f"`],
  [0x0d, String.raw`"\\r"`],
];
const NOT_PLAIN: CodePoints = [
  [0, 0x1f],
  [QUOTE, QUOTE],
  [BACKSLASH, BACKSLASH],
  [0x7f, 0x7f],
];

/** One character of the set, as a grammar's expression; null: no text has any of them. */
export function spelledInJson(set: CodePoints): string | null {
  const plain = allBut([...allBut(set), ...NOT_PLAIN]);
  const has = (point: number): boolean => set.some(([from, to]) => from <= point && point <= to);
  const alternatives = ESCAPED.filter(([point]) => has(point)).map(([, spelling]) => spelling);
  if (plain.length > 0) alternatives.unshift(`[${plain.map(rangeText).join('')}]`);
  if (alternatives.length <= 1) return alternatives[0] ?? null;
  return `(${alternatives.join(' | ')})`;
}

function rangeText([from, to]: readonly [number, number]): string {
  return from === to ? pointText(from) : `${pointText(from)}-${pointText(to)}`;
}

function pointText(point: number): string {
  const text = String.fromCodePoint(point);
  if (/[0-9A-Za-z]/.test(text)) return text;
  const hex = point.toString(16);
  if (point <= 0xff) return String.raw`\x${hex.padStart(2, '0')}`;
  return point <= 0xffff
    ? String.raw`\u${hex.padStart(4, '0')}`
    : String.raw`\U${hex.padStart(8, '0')}`;
}
