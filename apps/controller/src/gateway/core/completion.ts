/** A request under way, as the gateway's core sees it: events to read, and a way to stop it. */
import type { RateLimit } from '../../common/rate-limit.pure.js';
import type { GenerationEvent } from '../../scheduling/core/generation.js';
import type { CompletionUsage } from '../settlement-of.pure.js';

export type ChoiceEvent =
  | { choice: number; event: GenerationEvent }
  /** Nothing has happened for a while; the request is alive, and waits for this. */
  | { waiting: string };

/** Read `batches` once; it ends after the last choice has. */
export interface Completion {
  readonly requestId: string;
  /** As the client wrote it. */
  readonly model: string;
  readonly createdAt: Date;
  readonly choices: number;
  /** What is left of the limits that the request counts towards, when it was let in. */
  readonly limits: readonly RateLimit[];
  readonly batches: AsyncIterable<ChoiceEvent[]>;
  /** Final once `batches` has ended; a prompt is counted once for all its choices. */
  usage(): CompletionUsage;
  /** The caller is gone, or wants no more. No effect once ended. */
  cancel(): void;
}
