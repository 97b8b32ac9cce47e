/** How an attempt reaches a worker and how its answer comes back; NATS in the product. */
import type { AttemptCommand, Failure, Frame } from '@corral/contracts';

/**
 * - `accepted`: it is on board.
 * - `full`: the replica is busy, draining, or not there (any more).
 * - `gone`: the worker did not answer; it may still have the attempt, unless told otherwise.
 * - `refused`: it can never be sent.
 *
 * `others`: attempts of other controllers on the replica; undefined: not told.
 */
export type StartOutcome =
  | { outcome: 'accepted' | 'full'; others?: number | undefined }
  | { outcome: 'gone' }
  | { outcome: 'refused'; failure: Failure };

export abstract class Attempts {
  /** Frames are addressed to it. */
  abstract readonly controllerId: string;
  /** False while the bus is away: nothing can be known about workers then. */
  abstract readonly isConnected: boolean;
  abstract start(
    nodeId: string,
    command: Omit<AttemptCommand, 'controllerId'>,
  ): Promise<StartOutcome>;
  /** Best effort: a worker that is gone has nothing to stop. */
  abstract cancel(nodeId: string, generationId: string, attempt: number): void;
  /** False when the worker holds nothing of the attempt; true too when it did not answer. */
  abstract resend(
    nodeId: string,
    generationId: string,
    attempt: number,
    fromIndex: number,
  ): Promise<boolean>;
  abstract onFrame(listener: (frame: Frame) => void): void;
}
