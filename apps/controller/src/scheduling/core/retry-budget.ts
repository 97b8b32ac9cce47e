/**
 * How many generations of lost attempts may be on their way again at once: a share of all that are
 * under way. When a machine is lost, its streams return as fast as the others can take them up,
 * each with its whole prompt, and not all in the same instant. None is refused for it. Pure.
 */

const SHARE = 0.2;
/** Small clusters would otherwise retry one by one. */
const AT_LEAST = 8;

/** @param returning dispatched again, and without a token since */
export function mayRetry(returning: number, running: number): boolean {
  return returning < Math.max(AT_LEAST, SHARE * running);
}
