/** Clients that ask one question after the other, for as long as the test wants. */
import { ask, type Question, type Seen } from './load-client.js';

/** Of all clients together, whatever becomes of the test. */
const MAX_REQUESTS = 20_000;
/** Nobody was there to take it: a person would not try again any sooner. */
const PAUSE_MS = 100;

export class Load {
  readonly all: Seen[] = [];
  private stopped = false;
  private readonly clients: Promise<void>[];

  /** @param next the next question of a client; called for each request */
  constructor(
    clients: number,
    private readonly next: (client: number) => Question,
  ) {
    this.clients = Array.from({ length: clients }, (_, client) => this.run(client));
  }

  /** Tokens that all clients have seen so far. */
  get tokens(): number {
    return this.all.reduce((sum, { tokens }) => sum + tokens, 0);
  }

  /** No further questions; resolves with everything when those under way have ended. */
  async stop(): Promise<Seen[]> {
    this.stopped = true;
    await Promise.all(this.clients);
    return this.all;
  }

  private async run(client: number): Promise<void> {
    while (!this.stopped && this.all.length < MAX_REQUESTS) {
      const { seen, ended } = ask(this.next(client));
      this.all.push(seen);
      await ended;
      if (seen.status !== 200) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
