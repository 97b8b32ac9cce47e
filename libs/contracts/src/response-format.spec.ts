import { MAX_SCHEMA_CHARACTERS, responseFormatSchema } from './index.js';

function accepts(schema: unknown): boolean {
  return responseFormatSchema.safeParse({ kind: 'json_schema', schema }).success;
}

function nested(levels: number): unknown {
  let schema: unknown = {};
  for (let level = 1; level < levels; level++) schema = { items: schema };
  return schema;
}

describe('a response format', () => {
  it('is a JSON object, or a JSON value that a schema allows', () => {
    expect(responseFormatSchema.safeParse({ kind: 'json_object' }).success).toBe(true);
    expect(accepts({ type: 'integer' })).toBe(true);
  });

  it('has a schema of 64 levels at most', () => {
    expect(accepts(nested(64))).toBe(true);
    expect(accepts(nested(65))).toBe(false);
    expect(accepts(nested(5000))).toBe(false);
  });

  it('has a schema of 64 KiB at most', () => {
    const around = JSON.stringify({ title: '' }).length;
    expect(accepts({ title: 'x'.repeat(MAX_SCHEMA_CHARACTERS - around) })).toBe(true);
    expect(accepts({ title: 'x'.repeat(MAX_SCHEMA_CHARACTERS) })).toBe(false);
  });

  it.each([[null], [[]], ['{}'], [true]])('has a schema that is an object, not %j', (schema) => {
    expect(accepts(schema)).toBe(false);
  });
});
