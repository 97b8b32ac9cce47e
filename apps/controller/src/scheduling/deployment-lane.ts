/**
 * The generations of a deployment that wait for the same replicas: those of one revision, or any.
 * Lanes exist so that a canary without a free slot holds up nobody but those who wait for it. Pure.
 */
import { DrainRate } from './drain-rate.js';
import { FairQueue, type Waiting } from './fair-queue.js';

export class DeploymentLane<E extends Waiting> {
  readonly queue = new FairQueue<E>();
  readonly drain = new DrainRate();

  /** @param revisionId wanted where it is ready; null: any */
  constructor(readonly revisionId: string | null) {}

  /** About how long it will wait in milliseconds; null: it cannot be told yet. */
  waitMsOf(entry: E): number | null {
    return this.drain.waitMs(this.queue.ahead(entry));
  }
}
