/** Questions at a steady rate, whether those before are answered or not. */
import { ask, type Question, type Seen } from './load-client.js';

export class SteadyLoad {
  readonly all: Seen[] = [];
  private readonly ended: Promise<Seen>[] = [];
  private readonly timer: NodeJS.Timeout;

  /** @param next the next question; called for each request */
  constructor(perSecond: number, next: () => Question) {
    this.timer = setInterval(() => {
      const { seen, ended } = ask(next());
      this.all.push(seen);
      this.ended.push(ended);
    }, 1_000 / perSecond);
  }

  /** No further questions; resolves with everything when those under way have ended. */
  async stop(): Promise<Seen[]> {
    clearInterval(this.timer);
    return Promise.all(this.ended);
  }
}
