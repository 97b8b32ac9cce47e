/**
 * Work that is looked after again and again: one round at a time, and one that fails is reported and
 * tried again with the next.
 */
export class Rounds {
  private timer: NodeJS.Timeout | null = null;
  private running = false;

  constructor(
    private readonly work: () => Promise<void>,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  start(intervalMs: number): void {
    this.timer = setInterval(() => void this.run(), intervalMs);
  }

  /** A round that is under way ends by itself. */
  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** One round now; nothing while one is under way. Never rejects. */
  async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    try {
      await this.work();
    } catch (error) {
      this.onFailure(error);
    } finally {
      this.running = false;
    }
  }
}
