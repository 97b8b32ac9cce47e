/**
 * A queue with one reader: what is pushed comes out of the async iterator in order, and whatever
 * has gathered while the reader was busy comes out at once, so that a slow reader costs one
 * wake-up for many tokens instead of one each.
 */
export class EventQueue<T> implements AsyncIterable<T[]> {
  private gathered: T[] = [];
  private closed = false;
  private wake: (() => void) | null = null;

  /** Items that the reader has not come for. */
  get length(): number {
    return this.gathered.length;
  }

  push(item: T): void {
    if (this.closed) return;
    this.gathered.push(item);
    this.wakeReader();
  }

  /** Ends the iteration after what has been pushed so far. */
  close(): void {
    this.closed = true;
    this.wakeReader();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T[]> {
    for (;;) {
      if (this.gathered.length > 0) {
        const items = this.gathered;
        this.gathered = [];
        yield items;
      } else if (this.closed) {
        return;
      } else {
        await new Promise<void>((resolve) => (this.wake = resolve));
      }
    }
  }

  private wakeReader(): void {
    const wake = this.wake;
    this.wake = null;
    wake?.();
  }
}
