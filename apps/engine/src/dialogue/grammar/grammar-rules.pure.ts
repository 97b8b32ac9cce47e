/** The rules of a grammar that is being written, and the bounds of its size. */

export type SchemaNode = Readonly<Record<string, unknown>>;

/** Translates a subschema at a pointer; gives its rule's name. Throws SchemaRefusal. */
export type RuleOf = (schema: unknown, at: string) => string;

/** A schema cannot be enforced; `message` names the place and the reason. */
export class SchemaRefusal extends Error {
  constructor(at: string, reason: string) {
    super(`${reason} (at ${at.slice(0, 200)})`);
  }
}

/** llama.cpp unrolls repetitions: what one may have, and all of a grammar together. */
const MAX_REPETITIONS = 1000;
const MAX_ALL_REPETITIONS = 10_000;

export class GrammarRules {
  readonly lines: string[] = [];
  private readonly names = new Map<string, string>();
  private count = 0;
  private repetitions = 0;

  /** The name of a rule with this body: a new one, or the one that has it already. */
  add(body: string): string {
    const known = this.names.get(body);
    if (known !== undefined) return known;
    const name = this.reserve();
    this.names.set(body, name);
    this.define(name, body);
    return name;
  }

  /** A name to be used before its rule is known. */
  reserve(): string {
    return `r${this.count++}`;
  }

  define(name: string, body: string): void {
    this.lines.push(`${name} ::= ${body}`);
  }

  /** The repetition that two keywords ask for, `{2,5}` or `{2,}`; null when neither is there. */
  range(schema: SchemaNode, minimum: string, maximum: string, at: string): string | null {
    const min = this.bound(schema, minimum, at);
    const max = this.bound(schema, maximum, at);
    if (min === null && max === null) return null;
    if (max !== null && (min ?? 0) > max) {
      throw new SchemaRefusal(at, `'${minimum}' is above '${maximum}'`);
    }
    return `{${min ?? 0},${max ?? ''}}`;
  }

  /** A keyword's number; null when it is absent. */
  bound(schema: SchemaNode, keyword: string, at: string): number | null {
    const value = schema[keyword];
    if (value === undefined) return null;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
      throw new SchemaRefusal(at, `'${keyword}' has to be a whole number from 0`);
    }
    this.repetitions += value;
    if (value > MAX_REPETITIONS || this.repetitions > MAX_ALL_REPETITIONS) {
      const most = `${MAX_REPETITIONS} here, and ${MAX_ALL_REPETITIONS} in a whole schema`;
      throw new SchemaRefusal(at, `'${keyword}' is too large: at most ${most}`);
    }
    return value;
  }
}
