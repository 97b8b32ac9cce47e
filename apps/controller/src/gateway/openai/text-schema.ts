/** Schemas that both OpenAI request bodies share. */
import { z } from 'zod';

/**
 * Text that can travel as UTF-8. A lone surrogate (half of an emoji, cut off by a careless client)
 * has no encoding, and would reach the model as a replacement character that nobody typed.
 */
export const textSchema = z
  .string()
  .refine((text) => text.isWellFormed(), 'holds half of a surrogate pair, which is not valid text');

const stopSchema = z
  .union([textSchema.min(1).max(1000), z.array(textSchema.min(1).max(1000)).max(4)])
  .nullish();

/** Whole numbers that JSON can hold exactly; folded to 32 bits, as engines take them. */
const seedSchema = z.int().nullish();

/** The parameters of sampling and length that chat completions and completions have in common. */
export const commonParameters = {
  model: z.string().min(1).max(200),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  n: z.int().min(1).max(16).nullish(),
  max_tokens: z.int().min(1).nullish(),
  stop: stopSchema,
  seed: seedSchema,
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  top_k: z.int().min(-1).max(1_000_000).nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  repetition_penalty: z.number().gt(0).max(10).nullish(),
  logit_bias: z
    .record(z.string().regex(/^\d{1,9}$/, 'must be a token id'), z.number().min(-100).max(100))
    .refine((bias) => Object.keys(bias).length <= 1024, 'must have at most 1024 entries')
    .nullish(),
  user: z.string().max(1000).nullish(),
};

export const commonSchema = z.object(commonParameters);
export type CommonParameters = z.infer<typeof commonSchema>;
