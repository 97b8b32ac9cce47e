/** The rules of objects and lists, which hold values of further schemas. */
import { SchemaRefusal, type GrammarRules, type RuleOf, type SchemaNode } from './grammar-rules.js';
import { jsonLiteral } from './json-rules.js';

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
    const others = schema['additionalProperties'];
    if (others === false) return this.rules.add('"{" ws "}"');
    if (others === undefined || others === true) return 'object';
    const value = this.ruleOf(others, `${at}/additionalProperties`);
    const member = this.rules.add(`string ":" ws ${value}`);
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
    const item = this.ruleOf(schema['items'] ?? true, `${at}/items`);
    const further = this.rules.add(`"," ws ${item}`);
    const range = `{${Math.max(0, min - 1)},${max === null ? '' : max - 1}}`;
    const items = this.rules.add(`${item} ${further}${range} ws`);
    return this.rules.add(min === 0 ? `"[" ws ( ${items} )? "]"` : `"[" ws ${items} "]"`);
  }
}
