/**
 * From a JSON Schema to a llama.cpp grammar. Whatever the grammar allows, the schema allows; the
 * grammar may allow less (properties that are not declared are never written, declared ones come in
 * their order), never more, but for `oneOf`, which is read as `anyOf`. What cannot be kept is
 * refused. No I/O.
 */
import { ArrayRules, ObjectRules } from './composite-rules.pure.js';
import { GrammarRules, SchemaRefusal, type SchemaNode } from './grammar-rules.pure.js';
import { JSON_RULES, jsonLiteral } from './json-rules.pure.js';
import { numberRule } from './number-rules.pure.js';
import { refuseKeywords } from './schema-keywords.pure.js';
import { resolvePointer } from './schema-pointer.pure.js';
import { StringRules } from './string-rules.js';

export type GrammarOf =
  | { ok: true; grammar: string }
  /** Why, with the place in the schema, as the end of a sentence. */
  | { ok: false; reason: string };

/** Subschemas, references counted once, that a schema may have. */
const MAX_SCHEMAS = 2000;
/** Alternatives that one value may have: each costs time at every token. */
const MAX_ALTERNATIVES = 250;

const TYPES = ['object', 'array', 'string', 'integer', 'number', 'boolean', 'null'] as const;
type TypeName = (typeof TYPES)[number];

/** The grammar of the values that `schema` allows. Never throws on account of the schema. */
export function grammarOfSchema(schema: SchemaNode): GrammarOf {
  try {
    return { ok: true, grammar: new SchemaGrammar(schema).text() };
  } catch (error) {
    if (error instanceof SchemaRefusal) return { ok: false, reason: error.message };
    throw error;
  }
}

class SchemaGrammar {
  private readonly rules = new GrammarRules();
  private readonly objects = new ObjectRules(this.rules, (schema, at) => this.ruleOf(schema, at));
  private readonly arrays = new ArrayRules(this.rules, (schema, at) => this.ruleOf(schema, at));
  private readonly strings = new StringRules(this.rules);
  /** Rules of references, by pointer, so that a schema may contain itself. */
  private readonly references = new Map<string, string>();
  private schemas = 0;

  constructor(private readonly root: SchemaNode) {}

  text(): string {
    const root = `root ::= ${this.reference('#', '#')}`;
    return [root, ...this.rules.lines, ...JSON_RULES].join('\n');
  }

  /** The name of the rule for a subschema, which stands at the pointer `at`. */
  private ruleOf(schema: unknown, at: string): string {
    if (++this.schemas > MAX_SCHEMAS) {
      throw new SchemaRefusal('#', `more than ${MAX_SCHEMAS} subschemas are not supported`);
    }
    if (schema === true) return 'value';
    if (schema === false) throw new SchemaRefusal(at, 'no value is allowed here');
    if (!isNode(schema)) throw new SchemaRefusal(at, 'a schema is an object or a boolean');
    const refused = refuseKeywords(schema);
    if (refused !== null) throw new SchemaRefusal(at, refused);
    if (Object.hasOwn(schema, '$ref')) return this.reference(schema['$ref'], at);
    const typed = typesOf(schema, at);
    if (Object.hasOwn(schema, 'const')) return this.literals([schema['const']], typed, at);
    if (Object.hasOwn(schema, 'enum')) return this.literals(listOf(schema, 'enum', at), typed, at);
    for (const keyword of ['anyOf', 'oneOf'] as const) {
      if (!Object.hasOwn(schema, keyword)) continue;
      if (typed) throw new SchemaRefusal(at, `'type' beside '${keyword}' is not supported`);
      const branches = listOf(schema, keyword, at);
      return this.oneOf(
        branches.map((branch, i) => this.ruleOf(branch, `${at}/${keyword}/${i}`)),
        at,
      );
    }
    if (Object.hasOwn(schema, 'allOf')) return this.only(schema, at);
    const types = typed ?? impliedTypes(schema);
    if (types === null) return 'value';
    return this.oneOf(
      types.map((type) => this.ruleOfType(type, schema, at)),
      at,
    );
  }

  /** A list of one, as libraries write a reference with a description of its own. */
  private only(schema: SchemaNode, at: string): string {
    const [branch, ...others] = listOf(schema, 'allOf', at);
    if (branch === undefined || others.length > 0 || Object.hasOwn(schema, 'type')) {
      throw new SchemaRefusal(at, "'allOf' with more than one schema is not supported");
    }
    return this.ruleOf(branch, `${at}/allOf/0`);
  }

  private ruleOfType(type: TypeName, schema: SchemaNode, at: string): string {
    if (type === 'object') return this.objects.rule(schema, at);
    if (type === 'array') return this.arrays.rule(schema, at);
    if (type === 'string') return this.strings.rule(schema, at);
    if (type === 'integer' || type === 'number') return numberRule(this.rules, type, schema, at);
    return type;
  }

  private literals(values: unknown[], types: TypeName[] | null, at: string): string {
    const fitting = values.filter((value) => types?.some((type) => hasType(value, type)) ?? true);
    return this.oneOf(
      fitting.map((value) => jsonLiteral(value)),
      at,
    );
  }

  private oneOf(alternatives: string[], at: string): string {
    const distinct = [...new Set(alternatives)];
    if (distinct.length === 0) throw new SchemaRefusal(at, 'no value is allowed here');
    if (distinct.length > MAX_ALTERNATIVES) {
      throw new SchemaRefusal(at, `more than ${MAX_ALTERNATIVES} alternatives are not supported`);
    }
    return this.rules.add(distinct.join(' | '));
  }

  private reference(pointer: unknown, at: string): string {
    const target = typeof pointer === 'string' ? resolvePointer(this.root, pointer) : undefined;
    if (typeof pointer !== 'string' || target === undefined) {
      throw new SchemaRefusal(at, "'$ref' has to point into this schema, like #/$defs/name");
    }
    const known = this.references.get(pointer);
    if (known !== undefined) return known;
    const name = this.rules.reserve();
    this.references.set(pointer, name);
    this.rules.define(name, this.ruleOf(target, pointer));
    return name;
  }
}

function isNode(value: unknown): value is SchemaNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(schema: SchemaNode, keyword: string, at: string): unknown[] {
  const list = schema[keyword];
  if (!Array.isArray(list)) throw new SchemaRefusal(at, `'${keyword}' has to be a list`);
  return list;
}

/** The types that are named; null when none are. */
function typesOf(schema: SchemaNode, at: string): TypeName[] | null {
  const named = schema['type'];
  if (named === undefined) return null;
  const names: unknown[] = Array.isArray(named) ? named : [named];
  const types = TYPES.filter((type) => names.includes(type));
  if (types.length !== names.length || types.length === 0) {
    throw new SchemaRefusal(at, `'type' has to be of ${TYPES.join(', ')}, each once`);
  }
  return types;
}

/** What the constraints are about; null when there are none, and any value will do. */
function impliedTypes(schema: SchemaNode): TypeName[] | null {
  const has = (...keywords: string[]) => keywords.some((keyword) => Object.hasOwn(schema, keyword));
  if (has('properties', 'required', 'additionalProperties', 'propertyNames')) return ['object'];
  if (has('items', 'prefixItems', 'minItems', 'maxItems')) return ['array'];
  if (has('minLength', 'maxLength', 'pattern', 'format')) return ['string'];
  if (has('minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum')) return ['number'];
  return null;
}

function hasType(value: unknown, type: TypeName): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isNode(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}
