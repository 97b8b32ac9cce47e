/** How often the end of the work is looked for. */
const LOOK_INTERVAL_MS = 50;

/** Resolves when nothing is under way any more, or after `limitMs`, whichever comes first. */
export async function drain(underWay: () => number, limitMs: number): Promise<void> {
  const startedAtMs = performance.now();
  while (underWay() > 0 && performance.now() - startedAtMs < limitMs) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL_MS));
  }
}
