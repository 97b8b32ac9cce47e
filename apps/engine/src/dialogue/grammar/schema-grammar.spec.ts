import { JSON_RULES } from './json-rules.pure.js';
import { grammarOfSchema } from './schema-grammar.js';

/** The rules of a schema, those of JSON itself left out. */
function rules(schema: Record<string, unknown>): string[] {
  const made = grammarOfSchema(schema);
  if (!made.ok) throw new Error(made.reason);
  return made.grammar.split('\n').slice(0, -JSON_RULES.length);
}

function reason(schema: Record<string, unknown>): string | null {
  const made = grammarOfSchema(schema);
  return made.ok ? null : made.reason;
}

describe('the grammar of a JSON schema', () => {
  it('writes declared properties in their order, and may leave out the optional ones', () => {
    const schema = {
      properties: { a: { type: 'null' }, b: { type: 'boolean' } },
      required: ['b'],
    };
    expect(rules(schema)).toMatchInlineSnapshot(`
     [
       "root ::= r0",
       "r1 ::= null",
       "r2 ::= "\\"a\\"" ":" ws r1",
       "r3 ::= boolean",
       "r4 ::= "\\"b\\"" ":" ws r3",
       "r5 ::= ws "}"",
       "r6 ::= "}"",
       "r7 ::= r4 r5",
       "r8 ::= "," ws r4 r5",
       "r9 ::= r2 r8 | r7",
       "r10 ::= "," ws r2 r8 | r8",
       "r11 ::= "{" ws r9",
       "r12 ::= r11",
       "r0 ::= r12",
     ]
    `);
  });

  it('makes one rule of what stands in a schema twice', () => {
    const name = { type: 'string', maxLength: 9 };
    const bounded = rules({ properties: { a: name, b: name } }).filter((rule) =>
      rule.includes('char{0,9}'),
    );
    expect(bounded).toHaveLength(1);
  });

  it('spells texts so that they cannot leave their quotes', () => {
    expect(rules({ const: '"\\\n' })).toContainEqual(
      expect.stringContaining(String.raw`"\"\\\"\\\\\\n\""`),
    );
  });

  it('keeps of an enum what its type allows', () => {
    expect(rules({ type: 'integer', enum: ['a', 1, 1.5] })).toContainEqual(
      expect.stringMatching(/::= "1"$/),
    );
  });

  it('follows references by escaped names, also in a circle', () => {
    const schema = { $ref: '#/$defs/a~1b%20c', $defs: { 'a/b c': { items: { $ref: '#' } } } };
    expect(reason(schema)).toBeNull();
  });

  it('reads a list of one in allOf as what stands in it', () => {
    const schema = { allOf: [{ $ref: '#/$defs/a' }], description: 'd', $defs: { a: { const: 1 } } };
    expect(rules(schema)).toContainEqual(expect.stringMatching(/::= "1"$/));
  });

  it('takes names of properties from a list, where no others are written', () => {
    const propertyNames = { type: 'string', enum: ['a', 'b'] };
    expect(reason({ propertyNames, required: ['a'] })).toBeNull();
    expect(reason({ propertyNames, additionalProperties: { type: 'null' } })).toBeNull();
    expect(reason({ propertyNames, required: ['c'] })).toContain("'propertyNames' beside");
  });

  it('ignores what only describes', () => {
    expect(reason({ 'x-order': 1, contentEncoding: 'base64', type: 'string' })).toBeNull();
    expect(reason({ title: 't', description: 'd', default: 1, examples: [], type: 'null' })).toBe(
      null,
    );
  });

  it.each([
    ['an unknown keyword', { properties: { a: { multipleOf: 2 } } }, "'multipleOf'"],
    ['where it stands', { properties: { a: { multipleOf: 2 } } }, 'at #/properties/a'],
    ['keywords that meet', { anyOf: [true], minItems: 1 }, "'minItems' beside 'anyOf'"],
    ['a type beside alternatives', { anyOf: [true], type: 'null' }, "'type' beside 'anyOf'"],
    ['an unknown type', { type: 'date' }, "'type' has to be of"],
    ['an empty enum', { enum: [] }, 'no value is allowed'],
    ['an enum that its type forbids', { type: 'null', enum: [1] }, 'no value is allowed'],
    ['a schema that forbids all', { items: false }, 'no value is allowed'],
    ['an impossible requirement', { required: ['a'], additionalProperties: false }, 'no value'],
    ['a reference to elsewhere', { $ref: 'https://example.org/s' }, "'$ref' has to point"],
    ['a reference to a prototype', { $ref: '#/constructor' }, "'$ref' has to point"],
    ['a subschema that is none', { items: 'x' }, 'an object or a boolean'],
    ['a length below 0', { minLength: -1 }, "'minLength' has to be"],
    ['a range of nothing', { minItems: 3, maxItems: 2 }, "'minItems' is above"],
    ['a length beyond the bound', { maxLength: 1001 }, 'at most 1000'],
    ['too many alternatives', { enum: Array.from({ length: 251 }, (_, i) => i) }, 'than 250'],
    ['names that are no list', { required: 'a' }, "'required' has to be"],
    ['more than one schema at once', { allOf: [true, true] }, "'allOf' with more than one"],
    ['names that are no strings', { propertyNames: { type: 'integer' } }, "'propertyNames' has to"],
    ['first items that are no list', { prefixItems: {} }, "'prefixItems' has to be"],
    ['items beyond the last', { prefixItems: [true], items: false, minItems: 2 }, 'no value'],
    ['properties that are no object', { properties: [] }, "'properties' has to be"],
  ])('refuses %s', (_what, schema, message) => {
    expect(reason(schema)).toContain(message);
  });

  it('refuses more subschemas than it would ever finish', () => {
    let schema: Record<string, unknown> = { type: 'null' };
    for (let level = 0; level < 30; level++) schema = { anyOf: [schema, { items: schema }] };
    expect(reason(schema)).toContain('more than 2000 subschemas');
  });
});
