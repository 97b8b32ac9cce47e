/**
 * Clients that ask one question after the other, for as long as the test wants, or so many each.
 */
import { ask, type Question, type Seen } from './load-client.js';

/** Of all clients together, whatever becomes of the test. */
const MAX_REQUESTS = 20_000;
/** Nobody was there to take it: a person would not try again any sooner. */
const PAUSE_MS = 100;

export class Load {
  readonly all: Seen[] = [];
  private stopped = false;
  private readonly clients: Promise<void>[];

  /**
   * @param next the next question of a client; called for each request
   * @param each questions of each client; they end by themselves then
   */
  constructor(
    clients: number,
    private readonly next: (client: number) => Question,
    private readonly each = Number.POSITIVE_INFINITY,
  ) {
    this.clients = Array.from({ length: clients }, (_, client) => this.run(client));
  }

  /** Tokens that all clients have seen so far. */
  get tokens(): number {
    return this.all.reduce((sum, { tokens }) => sum + tokens, 0);
  }

  get underWay(): Seen[] {
    return this.all.filter(({ endedAtMs }) => endedAtMs === null);
  }

  /** Resolves with everything when each client has asked all its questions. */
  async finished(): Promise<Seen[]> {
    await Promise.all(this.clients);
    return this.all;
  }

  /** No further questions; resolves with everything when those under way have ended. */
  async stop(): Promise<Seen[]> {
    this.stopped = true;
    return this.finished();
  }

  private async run(client: number): Promise<void> {
    for (let asked = 0; asked < this.each && !this.stopped; asked += 1) {
      if (this.all.length >= MAX_REQUESTS) return;
      const { seen, ended } = ask(this.next(client));
      this.all.push(seen);
      await ended;
      if (seen.status !== 200) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
