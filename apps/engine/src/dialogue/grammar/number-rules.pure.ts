/**
 * The rules of numbers with bounds. What they allow is spelled without an exponent, and is above an
 * excluded minimum by some decimals at least (LEAST_STEP_DECIMALS). Pure.
 */
import { SchemaRefusal, type GrammarRules, type SchemaNode } from './grammar-rules.pure.js';
import { MOST_DIGITS, spanOf } from './number-spans.pure.js';

/** Decimals that a bound may have: each is one more way to go on at every token. */
const MOST_DECIMALS = 6;
/** Above an excluded minimum, numbers differ from it in the first three decimals after its own. */
const LEAST_STEP_DECIMALS = 3;
/** Decimals of a number at most, as in the rule of any number (json-rules.ts). */
const ALL_DECIMALS = 15;

/** `digits` / 10^`decimals`. */
interface Bound {
  digits: bigint;
  decimals: number;
  excluded: boolean;
}

const ZERO: Bound = { digits: 0n, decimals: 0, excluded: false };

/** The name of the rule for a value of the type. */
export function numberRule(
  rules: GrammarRules,
  type: 'integer' | 'number',
  schema: SchemaNode,
  at: string,
): string {
  const low = tightest(schema, ['minimum', 'exclusiveMinimum'], at);
  const high = tightest(schema, ['maximum', 'exclusiveMaximum'], at);
  if (low === null && high === null) return type;
  const spellings: string[] = [];
  if (high === null || high.digits >= 0n) {
    spellings.push(...magnitudes(type, low === null || low.digits < 0n ? ZERO : low, high));
  }
  if (low === null || low.digits < 0n) {
    const least = high === null || high.digits > 0n ? ZERO : negated(high);
    const most = low && negated(low);
    spellings.push(...magnitudes(type, least, most).map((spelling) => `"-" ${spelling}`));
  }
  if (spellings.length === 0) throw new SchemaRefusal(at, 'no value is allowed here');
  return rules.add(spellings.join(' | '));
}

/** The greater minimum, or the smaller maximum, of the two that are there; null: neither. */
function tightest(
  schema: SchemaNode,
  [included, excluded]: [string, string],
  at: string,
): Bound | null {
  const one = boundOf(schema, included, at);
  const other = boundOf(schema, excluded, at);
  if (one === null || other === null) return one ?? other;
  const decimals = Math.max(one.decimals, other.decimals);
  const difference = scaled(one, decimals) - scaled(other, decimals);
  const isTighter = included === 'minimum' ? difference > 0n : difference < 0n;
  return isTighter ? one : other;
}

/** Null: absent, or beyond every number that is ever written. */
function boundOf(schema: SchemaNode, keyword: string, at: string): Bound | null {
  const value = schema[keyword];
  if (value === undefined) return null;
  if (typeof value !== 'number') throw new SchemaRefusal(at, `'${keyword}' has to be a number`);
  const excluded = keyword.startsWith('exclusive');
  if (Math.abs(value) >= 10 ** MOST_DIGITS) {
    const isMinimum = keyword.toLowerCase().endsWith('minimum');
    if (isMinimum === value < 0) return null;
    throw new SchemaRefusal(at, `'${keyword}' leaves no number of ${MOST_DIGITS} digits`);
  }
  const [whole = '', decimals = ''] = String(value).split('.');
  if (whole.includes('e') || decimals.includes('e') || decimals.length > MOST_DECIMALS) {
    throw new SchemaRefusal(at, `'${keyword}' has more than ${MOST_DECIMALS} decimals`);
  }
  return { digits: BigInt(whole + decimals), decimals: decimals.length, excluded };
}

function negated({ digits, ...bound }: Bound): Bound {
  return { ...bound, digits: -digits };
}

/** Spellings, without a sign, of the numbers from `low`, which is not below 0, to `high`. */
function magnitudes(type: 'integer' | 'number', low: Bound, high: Bound | null): string[] {
  const exact = (decimals: number): string | null =>
    spanOf(first(low, decimals), high && last(high, decimals), decimals);
  const whole = exact(0);
  if (type === 'integer') return listed([whole]);
  const step = low.excluded ? LEAST_STEP_DECIMALS : 0;
  const decimals = Math.max(low.decimals + step, high?.decimals ?? 0);
  const fractions = Array.from({ length: decimals }, (_, n) => exact(n + 1));
  // What has more decimals begins with a number below the highest, and anything may follow.
  const below = high && scaled(high, decimals) - 1n;
  const begun = spanOf(first(low, decimals), below, decimals);
  const point = decimals === 0 ? '"." ' : '';
  const longer = begun && `${begun} ${point}[0-9]{1,${ALL_DECIMALS - decimals}}`;
  // 1.0 is usual for 1.
  const isRound = high !== null && decimals === 0 && !high.excluded && high.digits >= low.digits;
  const round = isRound ? `"${high.digits}.0"` : null;
  return listed([whole, ...fractions, longer, round]);
}

function listed(spellings: (string | null)[]): string[] {
  return spellings.filter((spelling) => spelling !== null);
}

/** The bound with so many decimals, which are no fewer than it has. */
function scaled({ digits, decimals }: Bound, wanted: number): bigint {
  return digits * 10n ** BigInt(wanted - decimals);
}

/** The least number of so many decimals that the minimum, not below 0, allows; scaled. */
function first(bound: Bound, decimals: number): bigint {
  if (decimals >= bound.decimals) return scaled(bound, decimals) + (bound.excluded ? 1n : 0n);
  return floored(bound, decimals) + (isWhole(bound, decimals) && !bound.excluded ? 0n : 1n);
}

/** The highest number of so many decimals that the maximum, not below 0, allows; scaled. */
function last(bound: Bound, decimals: number): bigint {
  if (decimals >= bound.decimals) return scaled(bound, decimals) - (bound.excluded ? 1n : 0n);
  return floored(bound, decimals) - (isWhole(bound, decimals) && bound.excluded ? 1n : 0n);
}

function floored(bound: Bound, decimals: number): bigint {
  return bound.digits / 10n ** BigInt(bound.decimals - decimals);
}

function isWhole(bound: Bound, decimals: number): boolean {
  return bound.digits % 10n ** BigInt(bound.decimals - decimals) === 0n;
}
