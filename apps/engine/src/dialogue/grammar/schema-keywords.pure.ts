/** Which JSON Schema keywords a grammar can enforce, and which say nothing about what is valid. */

/** Describe, and constrain nothing. */
const ANNOTATIONS = [
  '$schema',
  '$id',
  '$comment',
  '$defs',
  'definitions',
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
  'contentEncoding',
  'contentMediaType',
  // OpenAPI's, beside `oneOf`: which of them it is can be told without it.
  'discriminator',
];

/** Each decides alone what is valid; no constraint may stand beside it but `type`. */
export const DECIDING = ['const', 'enum', 'anyOf', 'oneOf', 'allOf', '$ref'] as const;

/** Constrain values of one type. */
const CONSTRAINTS = [
  'type',
  'properties',
  'required',
  'additionalProperties',
  'propertyNames',
  'items',
  'prefixItems',
  'additionalItems',
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'pattern',
  'format',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
];

const KNOWN = new Set<string>([...ANNOTATIONS, ...DECIDING, ...CONSTRAINTS]);

/** Why the keywords of a schema cannot be enforced together; null when they can. */
export function refuseKeywords(schema: Readonly<Record<string, unknown>>): string | null {
  // By custom, what begins so is for some tool alone.
  const keywords = Object.keys(schema).filter((keyword) => !keyword.startsWith('x-'));
  const unknown = keywords.find((keyword) => !KNOWN.has(keyword));
  if (unknown !== undefined) return `the keyword '${unknown.slice(0, 80)}' is not supported`;
  const deciding = DECIDING.find((keyword) => Object.hasOwn(schema, keyword));
  if (deciding === undefined) return null;
  const allowed = new Set<string>([...ANNOTATIONS, deciding, 'type']);
  const beside = keywords.find((keyword) => !allowed.has(keyword));
  return beside === undefined ? null : `'${beside}' beside '${deciding}' is not supported`;
}
