/** How long a state may take before a spec gives up on it. */
const LIMIT_MS = 15_000;
const LOOK_AGAIN_MS = 5;

/**
 * What `look` gives, once that is something: waits for a state that can be observed, in place of
 * a sleep. Null, undefined and false mean not yet. Throws, with what was waited for, when the
 * limit has passed.
 */
export async function until<T>(
  what: string,
  look: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  limitMs = LIMIT_MS,
): Promise<T> {
  const startedAtMs = performance.now();
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== undefined && seen !== false) return seen;
    if (performance.now() - startedAtMs > limitMs) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}
