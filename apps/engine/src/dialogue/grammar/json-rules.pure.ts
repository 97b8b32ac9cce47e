/**
 * The grammar of JSON itself, in llama.cpp's GBNF (after its grammars/json.gbnf), and how literal
 * texts are written in it. White space and digits are bounded, so that a model which cannot stop
 * at them still comes to an end.
 */

/** Names of the rules that `JSON_RULES` defines. */
export type JsonRule =
  'value' | 'object' | 'array' | 'string' | 'char' | 'integer' | 'number' | 'boolean' | 'null';

export const JSON_RULES: readonly string[] = [
  'value ::= object | array | string | number | boolean | null',
  'object ::= "{" ws ( string ":" ws value ("," ws string ":" ws value)* ws )? "}"',
  'array ::= "[" ws ( value ("," ws value)* ws )? "]"',
  'string ::= "\\"" char* "\\""',
  // Halves of surrogate pairs are left out, and what is above the last: they are no characters.
  'char ::= [^"\\\\\\x7F\\x00-\\x1F\\uD800-\\uDFFF\\U00110000-\\U001FFFFF] | "\\\\" (["\\\\bfnrt] | "u" unit)',
  'unit ::= [0-9a-ce-fA-CE-F] hex{3} | [dD] [0-7] hex{2}',
  'hex ::= [0-9a-fA-F]',
  'integer ::= "-"? ("0" | [1-9] [0-9]{0,14})',
  'number ::= integer ("." [0-9]{1,15})? ([eE] [-+]? [0-9]{1,2})?',
  'boolean ::= "true" | "false"',
  'null ::= "null"',
  'ws ::= | " " | "\\n" [ \\t]{0,20}',
];

/** The grammar of one JSON object. */
export const JSON_OBJECT_GRAMMAR = ['root ::= object', ...JSON_RULES].join('\n');

/** A JSON value as a GBNF literal that matches exactly its shortest spelling. */
export function jsonLiteral(value: unknown): string {
  const json = JSON.stringify(value);
  return `"${json.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
