/**
 * What an answer has to be, enforced token by token in the engine. Which JSON Schema keywords can be
 * enforced is the engine's knowledge; here only size and depth are bounded, so that no sender can
 * make a receiver work without end.
 */
import { z } from 'zod';

/** Characters of the schema as JSON at most. */
export const MAX_SCHEMA_CHARACTERS = 65_536;
/** Levels of objects and lists in the schema at most. */
export const MAX_SCHEMA_DEPTH = 64;

/** A JSON Schema: an object of keywords, at most 64 levels deep and 64 KiB of JSON. */
export const jsonSchemaSchema = z
  .record(z.string(), z.unknown())
  .refine((schema) => isShallow(schema, MAX_SCHEMA_DEPTH), {
    error: `The schema may have ${MAX_SCHEMA_DEPTH} levels at most.`,
    abort: true,
  })
  .refine((schema) => JSON.stringify(schema).length <= MAX_SCHEMA_CHARACTERS, {
    error: `The schema may have ${MAX_SCHEMA_CHARACTERS} characters of JSON at most.`,
  });

export const responseFormatSchema = z.discriminatedUnion('kind', [
  /** One JSON object, of any content. */
  z.object({ kind: z.literal('json_object') }),
  /** One JSON value that the schema allows. */
  z.object({ kind: z.literal('json_schema'), schema: jsonSchemaSchema }),
]);
export type ResponseFormat = z.infer<typeof responseFormatSchema>;

/** Gives up at `levels`, so that the depth of a value costs no more stack than that. */
function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0) return false;
  return Object.values(value).every((inner) => isShallow(inner, levels - 1));
}
