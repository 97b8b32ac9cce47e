/**
 * Tells the ledger what was generated for controllers that fell silent. A report that was not taken
 * (NATS or its stream is away) is sent again, at growing intervals and for some minutes: the server
 * keeps one of the same id, so trying again can do no harm, and whoever is away for longer settles
 * without it. Without the bus: `generation.service.ts` connects it through {@link OrphanReportsPort}.
 */
import type { Orphan } from './attempt.pure.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
const GIVE_UP_MS = 5 * 60_000;

export interface OrphanReportsPort {
  nowMs(): number;
  /** Resolves when the ledger's queue has the report; rejects when it may not. */
  send(orphan: Orphan, id: string): Promise<void>;
  /** Resolves after so long, or at once when the worker ends. */
  pause(ms: number): Promise<void>;
  gaveUp(orphan: Orphan, fault: unknown): void;
}

export class OrphanReports {
  private ended = false;

  constructor(private readonly port: OrphanReportsPort) {}

  /** Resolves when the report has been taken, or has been given up; never rejects. */
  async report(orphan: Orphan): Promise<void> {
    const { port } = this;
    const id = `orphan-${orphan.generationId}-${orphan.attempt}`;
    const startedAtMs = port.nowMs();
    for (let tries = 0; ; tries += 1) {
      try {
        return await port.send(orphan, id);
      } catch (fault) {
        if (this.ended || port.nowMs() - startedAtMs >= GIVE_UP_MS) {
          return port.gaveUp(orphan, fault);
        }
      }
      await port.pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries));
    }
  }

  /** The worker ends: nothing is tried again after the try at hand. */
  end(): void {
    this.ended = true;
  }
}
