/**
 * Decimal numbers between two bounds, as GBNF: the digits of a number are compared from the left, so
 * each prefix that equals a bound's goes on with what is left of the bound, and any other is free.
 * Numbers are scaled whole numbers: `lo` and `hi` of 25 with one decimal are 2.5. Pure.
 */

/** Digits before the point at most, as in the rule of any number (json-rules.ts). */
export const MOST_DIGITS = 15;

/** The spellings, without a sign, of lo to hi with exactly `decimals` after the point; null: none. */
export function spanOf(lo: bigint, hi: bigint | null, decimals: number): string | null {
  if (hi !== null && lo > hi) return null;
  const least = Math.max(String(lo).length, decimals + 1);
  const most = hi === null ? least : Math.max(String(hi).length, decimals + 1);
  const alternatives: string[] = [];
  for (let digits = least; digits <= most; digits += 1) {
    const from = digits === least ? lo : 10n ** BigInt(digits - 1);
    const to = digits === most && hi !== null ? hi : 10n ** BigInt(digits) - 1n;
    alternatives.push(between(spell(from, digits, decimals), spell(to, digits, decimals)));
  }
  const before = least - decimals;
  if (hi === null && before < MOST_DIGITS) {
    const rest = decimals === 0 ? '' : ` "." [0-9]{${decimals}}`;
    alternatives.push(`[1-9] [0-9]{${before},${MOST_DIGITS - 1}}${rest}`);
  }
  return alternatives.length === 1 ? (alternatives[0] ?? null) : `(${alternatives.join(' | ')})`;
}

function spell(value: bigint, digits: number, decimals: number): string {
  const text = String(value).padStart(digits, '0');
  return decimals === 0 ? text : `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
}

/** Texts from `from` to `to`, which are equally long and have their point in the same place. */
function between(from: string, to: string): string {
  if (from === to) return from === '' ? '' : `"${from}"`;
  if (/^[0.]*$/.test(from) && /^[9.]*$/.test(to)) return anyDigits(from);
  const [low = '', high = ''] = [from[0], to[0]];
  const [lowRest, highRest] = [from.slice(1), to.slice(1)];
  if (low === high) return join(`"${low}"`, between(lowRest, highRest));
  let [first, last] = [Number(low), Number(high)];
  const alternatives: string[] = [];
  if (!/^[0.]*$/.test(lowRest)) {
    alternatives.push(join(`"${low}"`, between(lowRest, lowRest.replace(/\d/g, '9'))));
    first += 1;
  }
  const isWhole = /^[9.]*$/.test(highRest);
  if (!isWhole) last -= 1;
  if (first <= last) alternatives.push(join(`[${first}-${last}]`, anyDigits(lowRest)));
  if (!isWhole)
    alternatives.push(join(`"${high}"`, between(highRest.replace(/\d/g, '0'), highRest)));
  return alternatives.length === 1 ? (alternatives[0] ?? '') : `(${alternatives.join(' | ')})`;
}

/** Any digits where the text has some. */
function anyDigits(text: string): string {
  const [before = '', after] = text.split('.');
  const digits = (count: number): string => (count === 0 ? '' : `[0-9]{${count}}`);
  return after === undefined
    ? digits(before.length)
    : join(digits(before.length), '"."', digits(after.length));
}

function join(...parts: string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}
