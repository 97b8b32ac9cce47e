/** Aborts its signal when one wait lasts too long; many waits may follow one another. */
export class Silence {
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly limitMs: number) {}

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  begin(): void {
    this.timer = setTimeout(
      () => this.controller.abort(new DOMException('Nothing came.', 'TimeoutError')),
      this.limitMs,
    );
  }

  end(): void {
    clearTimeout(this.timer);
  }
}
