/** The public list prices that an installation begins with; each row says where it is from. */
import { z } from 'zod';
import book from './cloud-prices.json' with { type: 'json' };

const bookSchema = z.object({
  about: z.string(),
  prices: z.array(
    z.object({
      provider: z.string(),
      model: z.string(),
      name: z.string(),
      /** Microdollars per million tokens, and so are the next two. */
      inputPerMTok: z.int().min(0),
      cachedInputPerMTok: z.int().min(0).nullable(),
      outputPerMTok: z.int().min(0),
      openWeights: z.boolean(),
      validFrom: z.iso.date().transform((day) => new Date(day)),
      source: z.string(),
    }),
  ),
});

export type ListPrice = z.infer<typeof bookSchema>['prices'][number];

export function listPrices(): ListPrice[] {
  return bookSchema.parse(book).prices;
}
