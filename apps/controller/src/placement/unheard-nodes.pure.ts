/**
 * For how long nodes have not been heard of since this controller began to listen: a new leader
 * gives them the time that it takes to hear everybody. While nobody at all is ready the fault may
 * be this controller's own, and no time passes for them. Pure, but for what it remembers.
 */
export class UnheardNodes {
  private readonly sinceMs = new Map<string, number>();

  /**
   * @param awaited nodes that should be there
   * @param heard those heard of at any time
   * @param anyReady whether at least one is ready now
   * @returns milliseconds by node, of those that were not heard of
   */
  observe(
    awaited: Iterable<string>,
    heard: ReadonlySet<string>,
    { anyReady, nowMs }: { anyReady: boolean; nowMs: number },
  ): Map<string, number> {
    const missing = new Set([...awaited].filter((nodeId) => !heard.has(nodeId)));
    for (const nodeId of this.sinceMs.keys()) {
      if (!anyReady || !missing.has(nodeId)) this.sinceMs.delete(nodeId);
    }
    return new Map(
      [...missing].map((nodeId) => {
        const since = this.sinceMs.get(nodeId) ?? nowMs;
        if (anyReady) this.sinceMs.set(nodeId, since);
        return [nodeId, nowMs - since];
      }),
    );
  }
}
