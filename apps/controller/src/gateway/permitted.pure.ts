/** A request within what its key may ask: refused, or made to fit where the client left it open. Pure. */
import type { Failure, GenerationRequest } from '@corral/contracts';
import type { LimitsInForce } from '../quotas/limits-in-force.pure.js';

export type Permitted =
  { ok: true; requests: readonly GenerationRequest[] } | { ok: false; failure: Failure };

/** An answer's length that the client left open is what the key may have at most. */
export function permitted(
  requests: readonly GenerationRequest[],
  { maxContextTokens, maxOutputTokens }: LimitsInForce,
): Permitted {
  if (maxContextTokens === null && maxOutputTokens === null) return { ok: true, requests };
  const tooLong = requests.find(
    ({ maxTokens }) => (maxTokens ?? 0) > (maxOutputTokens ?? Infinity),
  );
  if (tooLong !== undefined) {
    return {
      ok: false,
      failure: {
        code: 'invalid_value',
        message: `{maxTokens}: ${tooLong.maxTokens} is more than the ${maxOutputTokens} tokens that this key may have in one answer.`,
        path: ['maxTokens'],
      },
    };
  }
  return {
    ok: true,
    requests: requests.map((request) => ({
      ...request,
      maxTokens: request.maxTokens ?? maxOutputTokens,
      ...(maxContextTokens === null ? {} : { maxContextTokens }),
    })),
  };
}
