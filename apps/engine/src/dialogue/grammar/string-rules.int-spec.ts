import { GrammarJudge } from '../../testing/grammar-judge.js';
import { grammarOfSchema } from './schema-grammar.js';

let judge: GrammarJudge;
beforeAll(async () => {
  judge = await GrammarJudge.open();
});
afterAll(() => judge?.close());

/** As validators read it: with Unicode, where that can be read. */
function matcherOf(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return new RegExp(pattern, '');
  }
}

describe('strings with a pattern', () => {
  const TEXTS = [
    ...['', 'a', 'ab', 'abc', 'ABC-123', 'xABC-123y', 'foo', 'bar', 'foobar', '3', '2026-11-30'],
    ...[
      'a.b',
      'a\nb',
      'say "hi"',
      'back\\slash',
      'grün',
      '日本',
      '😀',
      '-',
      ' ',
      '\t',
      'a_b',
      '00',
    ],
  ];

  it.each([
    '^[A-Z]{3}-\\d{1,4}$',
    '[A-Z]{3}-\\d+',
    '^(foo|bar)+$',
    '^foo|bar$',
    '^a?b*c+$',
    '^.$',
    '^[^a-z]*$',
    '^\\w+$',
    '^\\S*$',
    '\\s',
    '^\\D+$',
    '^(?:a(\\.b)?)$',
    '"',
    '^[^"]*$',
    '\\\\',
    '^\\p',
    '^[\\w.-]{2,}$',
    '^\\u{1F600}$',
    '^(a|aa)*b$',
    '^(?=a)..$',
    '^(|a)+b?$',
    '^\\p{Lu}',
    '^(?<year>\\d{4})-\\d\\d-\\d\\d$',
    '',
  ])('are those that %j matches', (pattern) => {
    const expected = matcherOf(pattern);
    const isAllowed = judge.of({ type: 'string', pattern });
    const wrong = TEXTS.filter((text) => isAllowed(JSON.stringify(text)) !== expected.test(text));
    expect(wrong).toEqual([]);
  });
});

describe('strings with a length', () => {
  it('count characters, also beside a pattern', () => {
    const short = judge.of({ type: 'string', pattern: '^\\p{L}*$', minLength: 1, maxLength: 3 });
    const texts = ['', 'a', 'grün', 'grü', '日本語', '123'];
    expect(texts.filter((text) => short(JSON.stringify(text)))).toEqual(['a', 'grü', '日本語']);
  });
});

describe('a schema with many patterns', () => {
  it('is refused before it takes long', () => {
    const properties = Object.fromEntries(
      Array.from({ length: 9 }, (_, n) => [`p${n}`, { pattern: `^[a-z]{${300 + n}}$` }]),
    );
    const made = grammarOfSchema({ properties });
    expect(made.ok ? null : made.reason).toContain('2000 in a whole schema');
  });
});

describe('strings with a format', () => {
  it('are what the pattern beside it says', () => {
    const both = judge.of({ type: 'string', format: 'email', pattern: '@example\\.org$' });
    expect(both('"a@example.org"')).toBe(true);
    expect(both('"a@example.com"')).toBe(false);
  });

  it.each<[string, string[], string[]]>([
    ['date', ['2026-11-30', '2024-02-28'], ['2026-02-30', '2026-13-01', '2026-04-31', '26-1-1']],
    ['time', ['23:59:59Z', '00:00:00.5+01:00'], ['24:00:00Z', '12:00', '12:00:00', '12:60:00Z']],
    ['date-time', ['2026-11-30T01:02:03Z'], ['2026-11-30', '2026-11-30 01:02:03Z']],
    ['duration', ['P3D', 'PT5M', 'P1Y2M3DT4H5M6S', 'P2W'], ['P', 'PT', '3D', 'P1H']],
    ['email', ['a.b+c@example.org'], ['a@b', '@example.org', 'a b@example.org']],
    ['hostname', ['localhost', 'gpu-1.lan'], ['-a', 'a..b', 'a_b']],
    ['ipv4', ['0.0.0.0', '192.168.1.255'], ['256.1.1.1', '1.1.1', '01.1.1.1']],
    ['ipv6', ['2001:db8:0:0:0:0:0:1'], ['2001:db8', '1:2:3:4:5:6:7:g']],
    ['uri', ['https://example.org:8080/a/b.html', 'http://localhost'], ['example.org', '/a']],
    ['uuid', ['123e4567-e89b-12d3-a456-426614174000'], ['123e4567e89b12d3a456426614174000']],
  ])('are spelled as %s', (format, good, bad) => {
    const isAllowed = judge.of({ format });
    expect(good.filter((text) => !isAllowed(JSON.stringify(text)))).toEqual([]);
    expect(bad.filter((text) => isAllowed(JSON.stringify(text)))).toEqual([]);
  });
});

describe('strings with a format of a library’s own', () => {
  it('are what the pattern beside it says', () => {
    const isAllowed = judge.of({ type: 'string', format: 'starts_with', pattern: '^ab.*' });
    expect([isAllowed('"abc"'), isAllowed('"bc"')]).toEqual([true, false]);
  });
});

describe('a string that cannot be kept', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['a word boundary', { pattern: '\\ba' }, 'are not supported'],
    ['a look-ahead in the middle', { pattern: '^a(?!.*W)b*$' }, 'are not supported'],
    ['a back-reference', { pattern: '(a)\\1' }, 'back-references'],
    ['no regular expression', { pattern: '(' }, 'no regular expression'],
    ['a pattern that is no text', { pattern: 1 }, "'pattern' has to be a text"],
    ['a character that no text has', { pattern: '\\x00' }, 'no text is allowed'],
    ['what its pattern and its format forbid', { pattern: 'x', format: 'date' }, 'no text'],
    ['more than an automaton should have', { pattern: '(.{0,90}){0,90}' }, 'more than 500 states'],
    ['ways that multiply', { pattern: '(a|b)*a(a|b){20}' }, 'more than 500 states'],
    ['an unknown format', { format: 'iri' }, "'format' has to be one of date"],
  ])('is refused: %s', (_what, schema, message) => {
    const made = grammarOfSchema(schema);
    expect(made.ok ? null : made.reason).toContain(message);
  });
});
