/**
 * Generations that were on board when an engine was lost. One that was there twice is taken for the
 * cause and refused, so that it cannot take down engine after engine. The memory is bounded: the
 * oldest are forgotten first.
 */
const CRASHES_ALLOWED = 1;
const REMEMBERED = 1000;

export class Quarantine {
  private readonly crashes = new Map<string, number>();

  /** An engine was lost with these generations on board. */
  record(generationIds: Iterable<string>): void {
    for (const generationId of generationIds) {
      const crashes = (this.crashes.get(generationId) ?? 0) + 1;
      // Deleted first, so that the map stays in order of the last crash.
      this.crashes.delete(generationId);
      this.crashes.set(generationId, crashes);
    }
    for (const oldest of this.crashes.keys()) {
      if (this.crashes.size <= REMEMBERED) break;
      this.crashes.delete(oldest);
    }
  }

  refuses(generationId: string): boolean {
    return (this.crashes.get(generationId) ?? 0) > CRASHES_ALLOWED;
  }
}
