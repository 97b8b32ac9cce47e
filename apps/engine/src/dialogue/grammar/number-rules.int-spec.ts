import { GrammarJudge } from '../../testing/grammar-judge.js';
import type { SchemaNode } from './grammar-rules.pure.js';
import { grammarOfSchema } from './schema-grammar.js';

let judge: GrammarJudge;
beforeAll(async () => {
  judge = await GrammarJudge.open();
});
afterAll(() => judge?.close());

const allows = (type: 'integer' | 'number', bounds: SchemaNode) => judge.of({ type, ...bounds });

const fits = (value: number, bounds: SchemaNode): boolean => {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = bounds as Record<string, number>;
  return (
    (minimum === undefined || value >= minimum) &&
    (exclusiveMinimum === undefined || value > exclusiveMinimum) &&
    (maximum === undefined || value <= maximum) &&
    (exclusiveMaximum === undefined || value < exclusiveMaximum)
  );
};

const VALUES = Array.from({ length: 2_401 }, (_, n) => n - 200);
/** From -300 to 300, from -30 to 30 and from -3 to 3, with up to five decimals. */
const TEXTS = [0, 1, 2, 3, 5].flatMap((decimals) =>
  Array.from({ length: 601 }, (_, n) =>
    ((n - 300) / 10 ** Math.min(decimals, 2)).toFixed(decimals),
  ),
);

describe('whole numbers with bounds', () => {
  it.each<SchemaNode>([
    { minimum: 0 },
    { minimum: 1, maximum: 10 },
    { minimum: -128, maximum: 127 },
    { maximum: 1999 },
    { maximum: -10 },
    { minimum: -7, exclusiveMaximum: 0 },
    { exclusiveMinimum: 98, maximum: 1205 },
    { minimum: 2.5, maximum: 7.5 },
    { exclusiveMinimum: 3, minimum: 2, exclusiveMaximum: 9, maximum: 30 },
    { minimum: 42, maximum: 42 },
  ])('are exactly those of %j', (bounds) => {
    const isAllowed = allows('integer', bounds);
    const wrong = VALUES.filter((value) => isAllowed(String(value)) !== fits(value, bounds));
    expect(wrong).toEqual([]);
    expect(isAllowed('007')).toBe(false);
    expect(isAllowed('5.0')).toBe(false);
  });

  it('have up to fifteen digits without a maximum', () => {
    expect(allows('integer', { minimum: 12 })('999999999999999')).toBe(true);
    expect(allows('integer', { minimum: 12 })('1000000000000000')).toBe(false);
    expect(allows('integer', { minimum: -1e300, maximum: 5 })('-999999999999999')).toBe(true);
  });
});

describe('numbers with bounds', () => {
  it.each<SchemaNode>([
    { minimum: 0, maximum: 1 },
    { exclusiveMinimum: 0, exclusiveMaximum: 1 },
    { minimum: -0.5, maximum: 0.5 },
    { minimum: 1.25, maximum: 3.5 },
    { exclusiveMinimum: -2.25, exclusiveMaximum: -1 },
    { minimum: 0 },
    { maximum: -1.5 },
    { exclusiveMinimum: 4.75 },
  ])('are those of %j', (bounds) => {
    const isAllowed = allows('number', bounds);
    // A bound with more zeros behind than it needs is the one spelling that is left out.
    const extremes = Object.values(bounds);
    const wrong = TEXTS.filter((text) => {
      const value = Number(text);
      return isAllowed(text)
        ? !fits(value, bounds)
        : fits(value, bounds) && !extremes.includes(value);
    });
    expect(wrong).toEqual([]);
  });

  it('may be written in the usual ways', () => {
    const share = allows('number', { minimum: 0, maximum: 1 });
    for (const text of ['0', '1', '0.0', '1.0', '0.333333333333333', '0.5']) {
      expect([text, share(text)]).toEqual([text, true]);
    }
    for (const text of ['1.1', '.5', '00.5', '-0.5', '1e0', '10', '2']) {
      expect([text, share(text)]).toEqual([text, false]);
    }
  });

  it.each<[string, SchemaNode, string]>([
    ['a bound that is no number', { minimum: '1' }, "'minimum' has to be a number"],
    ['a flag of an older draft', { exclusiveMinimum: true }, 'has to be a number'],
    ['nothing between its bounds', { minimum: 3, maximum: 2 }, 'no value is allowed'],
    ['a bound that is too fine', { maximum: 1e-7 }, 'more than 6 decimals'],
    ['a bound beyond all digits', { minimum: 1e15 }, 'no number of 15 digits'],
  ])('are refused with %s', (_what, bounds, message) => {
    const made = grammarOfSchema({ type: 'number', ...bounds });
    expect(made.ok ? null : made.reason).toContain(message);
  });
});
