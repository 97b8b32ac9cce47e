/** The chat parameter `response_format`: its shape, and its translation. */
import { z } from 'zod';
import { jsonSchemaSchema, type ResponseFormat } from '@corral/contracts';

/**
 * As OpenAI has it. `strict` makes no difference: a schema is always enforced, or refused by the
 * engine when it uses a keyword that cannot be. `name` and `description` are not shown to the model.
 */
export const responseFormatParameter = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('text') }),
  z.looseObject({ type: z.literal('json_object') }),
  z.looseObject({
    type: z.literal('json_schema'),
    json_schema: z.looseObject({
      name: z
        .string()
        .regex(/^[\w-]{1,64}$/, 'must be 1 to 64 letters, digits, underscores or dashes'),
      description: z.string().nullish(),
      schema: jsonSchemaSchema,
      strict: z.boolean().nullish(),
    }),
  }),
]);
export type ResponseFormatParameter = z.infer<typeof responseFormatParameter>;

/** The canonical format; undefined for plain text. */
export function toResponseFormat(
  parameter: ResponseFormatParameter | null | undefined,
): ResponseFormat | undefined {
  if (parameter == null || parameter.type === 'text') return undefined;
  if (parameter.type === 'json_object') return { kind: 'json_object' };
  return { kind: 'json_schema', schema: parameter.json_schema.schema };
}
