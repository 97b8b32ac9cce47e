/** The rules of objects and lists, which hold values of further schemas. */
import {
  SchemaRefusal,
  type GrammarRules,
  type RuleOf,
  type SchemaNode,
} from './grammar-rules.pure.js';
import { jsonLiteral } from './json-rules.pure.js';

/** Properties of one object that may be left out: each is one more way to go on at every token. */
const MAX_OPTIONAL = 250;

interface Property {
  /** `"name": value` */
  member: string;
  required: boolean;
}

export class ObjectRules {
  constructor(
    private readonly rules: GrammarRules,
    private readonly ruleOf: RuleOf,
  ) {}

  rule(schema: SchemaNode, at: string): string {
    const properties = this.propertiesOf(schema, at);
    if (properties.length > 0) return this.declared(properties);
    const { additionalProperties: others = true, propertyNames = true } = schema;
    if (others === false) return this.rules.add('"{" ws "}"');
    if (others === true && propertyNames === true) return 'object';
    const name = this.nameRule(propertyNames, at);
    const value = this.ruleOf(others, `${at}/additionalProperties`);
    const member = this.rules.add(`${name} ":" ws ${value}`);
    return this.rules.add(`"{" ws ( ${member} ("," ws ${member})* ws )? "}"`);
  }

  /** The declared properties in their order, then what is required beyond them. */
  private propertiesOf(schema: SchemaNode, at: string): Property[] {
    const declared = schema['properties'] ?? {};
    const required = schema['required'] ?? [];
    if (typeof declared !== 'object' || Array.isArray(declared)) {
      throw new SchemaRefusal(at, "'properties' has to be an object");
    }
    if (!Array.isArray(required) || required.some((name) => typeof name !== 'string')) {
      throw new SchemaRefusal(at, "'required' has to be a list of names");
    }
    const wanted = new Set<string>(required);
    this.checkNames(new Set([...Object.keys(declared), ...wanted]), schema, at);
    const properties = Object.entries(declared).map(([name, value]) => ({
      member: this.member(name, this.ruleOf(value, `${at}/properties/${name}`)),
      required: wanted.delete(name),
    }));
    const others = schema['additionalProperties'] ?? true;
    for (const name of wanted) {
      const value = this.ruleOf(others, `${at}/additionalProperties`);
      properties.push({ member: this.member(name, value), required: true });
    }
    if (properties.filter((property) => !property.required).length > MAX_OPTIONAL) {
      throw new SchemaRefusal(
        at,
        `more than ${MAX_OPTIONAL} optional properties are not supported`,
      );
    }
    return properties;
  }

  /** Only names are written that are declared or required: is it certain that they are allowed? */
  private checkNames(names: ReadonlySet<string>, schema: SchemaNode, at: string): void {
    const { propertyNames = true } = schema;
    if (propertyNames === true || names.size === 0) return;
    const { type, enum: listed, ...more } = propertyNames as SchemaNode;
    const isListed = Array.isArray(listed) && [...names].every((name) => listed.includes(name));
    if (type === 'string' && (listed === undefined || isListed) && isEmpty(more)) return;
    throw new SchemaRefusal(at, "'propertyNames' beside declared names is not supported");
  }

  private nameRule(names: unknown, at: string): string {
    if (names === true) return 'string';
    const isString = typeof names === 'object' && (names as SchemaNode)['type'] === 'string';
    const rule = isString ? this.ruleOf(names, `${at}/propertyNames`) : null;
    if (rule === null) throw new SchemaRefusal(at, "'propertyNames' has to be of the type string");
    return rule;
  }

  private member(name: string, value: string): string {
    return this.rules.add(`${jsonLiteral(name)} ":" ws ${value}`);
  }

  /**
   * From the last property to the first: how an object goes on when a property stands before
   * (`next`), and when none does (`first`). Two rules for each, whatever may be left out.
   */
  private declared(properties: readonly Property[]): string {
    let next = this.rules.add('ws "}"');
    let first = this.rules.add('"}"');
    for (const { member, required } of properties.toReversed()) {
      const begun = `${member} ${next}`;
      first = this.rules.add(required ? begun : `${begun} | ${first}`);
      const followed = `"," ws ${begun}`;
      next = this.rules.add(required ? followed : `${followed} | ${next}`);
    }
    return this.rules.add(`"{" ws ${first}`);
  }
}

export class ArrayRules {
  constructor(
    private readonly rules: GrammarRules,
    private readonly ruleOf: RuleOf,
  ) {}

  rule(schema: SchemaNode, at: string): string {
    const min = this.rules.bound(schema, 'minItems', at) ?? 0;
    const max = this.rules.bound(schema, 'maxItems', at);
    if (max !== null && min > max) throw new SchemaRefusal(at, "'minItems' is above 'maxItems'");
    if (max === 0) return this.rules.add('"[" ws "]"');
    // A list in `items` is how drafts up to 7 write `prefixItems`.
    const isOlder = Array.isArray(schema['items']);
    const first = this.firstItems(schema, isOlder ? 'items' : 'prefixItems', at);
    if (first.length > 0) {
      const further = isOlder ? 'additionalItems' : 'items';
      return this.tuple(schema[further], first, { min, max }, `${at}/${further}`);
    }
    const item = this.ruleOf(schema['items'] ?? true, `${at}/items`);
    const further = this.rules.add(`"," ws ${item}`);
    const range = `{${Math.max(0, min - 1)},${max === null ? '' : max - 1}}`;
    const items = this.rules.add(`${item} ${further}${range} ws`);
    return this.rules.add(min === 0 ? `"[" ws ( ${items} )? "]"` : `"[" ws ${items} "]"`);
  }

  private firstItems(schema: SchemaNode, keyword: string, at: string): string[] {
    const list = schema[keyword] ?? [];
    if (!Array.isArray(list)) {
      throw new SchemaRefusal(at, `'${keyword}' has to be a list of schemas`);
    }
    return list.map((item, n) => this.ruleOf(item, `${at}/${keyword}/${n}`));
  }

  /** All of the first items, and beyond them what is described (by `items`), or has to be there. */
  private tuple(
    items: unknown,
    first: readonly string[],
    { min, max }: { min: number; max: number | null },
    at: string,
  ): string {
    const written = first.slice(0, max ?? undefined);
    const least = Math.max(0, min - written.length);
    const most = items === undefined || items === false ? least : max && max - written.length;
    const list = [written.join(' "," ws ')];
    if (most !== 0) {
      const further = this.rules.add(`"," ws ${this.ruleOf(items ?? true, at)}`);
      list.push(`${further}{${least},${most ?? ''}}`);
    }
    return this.rules.add(`"[" ws ${list.join(' ')} ws "]"`);
  }
}

function isEmpty(schema: SchemaNode): boolean {
  return Object.keys(schema).length === 0;
}
