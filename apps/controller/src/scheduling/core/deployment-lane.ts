/**
 * The generations of a deployment that wait for the same replicas: those of one revision, of one model, or any.
 * Lanes exist so that a canary without a free slot holds up nobody but those who wait for it. Pure.
 */
import { DrainRate } from '../queue/drain-rate.pure.js';
import { FairQueue, type Waiting } from '../queue/fair-queue.pure.js';
import type { WantedReplicas } from '../replicas/wanted-replicas.pure.js';

export class DeploymentLane<E extends Waiting> {
  readonly queue = new FairQueue<E>();
  readonly drain = new DrainRate();

  constructor(readonly wanted: WantedReplicas) {}

  /** About how long it will wait in milliseconds; null: it cannot be told yet. */
  waitMsOf(entry: E): number | null {
    return this.drain.waitMs(this.queue.ahead(entry));
  }
}
