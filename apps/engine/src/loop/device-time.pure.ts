/**
 * Whose a step's time is. Pure. One decode serves all streams in it, so its time is divided by the
 * tokens that each had in the batch: a prompt's chunk counts all its tokens, a decoding stream one.
 * What the streams get adds up to the time in which the device was busy, however they were mixed.
 */

/** A slot's part of a step: the tokens that it had in the batch. */
interface BatchShare {
  readonly slot: number;
  readonly tokens: ArrayLike<number>;
}

/** Calls `charge` once per entry with its share of `stepMs`; the shares add up to it. */
export function shareDeviceTime(
  entries: readonly BatchShare[],
  stepMs: number,
  charge: (slot: number, deviceMs: number) => void,
): void {
  let batchTokens = 0;
  for (const { tokens } of entries) batchTokens += tokens.length;
  for (const { slot, tokens } of entries) charge(slot, (stepMs * tokens.length) / batchTokens);
}
