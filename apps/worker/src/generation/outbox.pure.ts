/**
 * Pieces of streams on their way to controllers. While it is not certain that they get there they
 * are held back, and sent in their order when it is, or dropped when they are of no use any more: a
 * client of the bus would send them whenever it can, however late. Pure.
 */
import type { FrameStream } from '@corral/contracts';

export interface OutboxPort {
  /** `open`: send. `held`: not now. `closed`: what is not sent never is. */
  gate(): 'open' | 'held' | 'closed';
  send(controllerId: string, streams: FrameStream[]): void;
}

export class Outbox {
  private held: [controllerId: string, streams: FrameStream[]][] = [];

  constructor(private readonly port: OutboxPort) {}

  put(controllerId: string, streams: FrameStream[]): void {
    this.held.push([controllerId, streams]);
    this.release();
  }

  /** Sends or drops what is held, as the gate says. */
  release(): void {
    const gate = this.port.gate();
    if (gate === 'held') return;
    const { held } = this;
    this.held = [];
    if (gate === 'closed') return;
    for (const [controllerId, streams] of held) this.port.send(controllerId, streams);
  }
}
