/** Waits for a state that can be observed: looks every few milliseconds, and says what it missed. */
export async function until<T>(
  what: string,
  look: () => T | null | undefined | false,
  limitMs = 15_000,
): Promise<T> {
  const startedAtMs = performance.now();
  for (;;) {
    const seen = look();
    if (seen !== null && seen !== undefined && seen !== false) return seen;
    if (performance.now() - startedAtMs > limitMs) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
