/** The rules of strings: their length, what patterns they match, what format they have. No I/O. */
import { SchemaRefusal, type GrammarRules, type SchemaNode } from './grammar-rules.pure.js';
import { PatternRules } from './pattern-rules.js';
import { STRING_FORMATS } from './string-formats.pure.js';

export class StringRules {
  private readonly patterns: PatternRules;

  constructor(private readonly rules: GrammarRules) {
    this.patterns = new PatternRules(rules);
  }

  /** The name of the rule for a string. */
  rule(schema: SchemaNode, at: string): string {
    const patterns = [patternOf(schema, at), formatOf(schema, at)].filter((one) => one !== null);
    const range = this.rules.range(schema, 'minLength', 'maxLength', at);
    if (patterns.length > 0) {
      const { minLength = 0, maxLength = Infinity } = schema as Record<string, number>;
      return this.patterns.rule({ patterns, minLength, maxLength }, at);
    }
    return range === null ? 'string' : this.rules.add(String.raw`"\"" char${range} "\""`);
  }
}

function patternOf({ pattern }: SchemaNode, at: string): string | null {
  if (pattern === undefined) return null;
  if (typeof pattern !== 'string') throw new SchemaRefusal(at, "'pattern' has to be a text");
  return pattern;
}

/** Beside a pattern, one that is not known only describes: libraries write their own there. */
function formatOf({ format, pattern }: SchemaNode, at: string): string | null {
  if (format === undefined) return null;
  const isKnown = typeof format === 'string' && Object.hasOwn(STRING_FORMATS, format);
  if (isKnown) return STRING_FORMATS[format] ?? null;
  if (pattern !== undefined) return null;
  const known = Object.keys(STRING_FORMATS).join(', ');
  throw new SchemaRefusal(at, `'format' has to be one of ${known}`);
}
