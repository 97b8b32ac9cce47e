/** What the scheduler's decisions do to the world; implemented once for real, once as a recorder. */
import type { Failure } from '@corral/contracts';
import type { Choice } from '../replicas/replica-policy.pure.js';
import type { ReplicaSnapshot } from '../replicas/replica-snapshot.pure.js';

export interface Dispatch extends Choice {
  /** It was on board of an engine that crashed (crash-blame.ts). */
  onTrial: boolean;
  /** Its slot is taken, as far as is known, and it waits there for the next one. */
  mayWait: boolean;
}

export interface SchedulerEffects {
  /**
   * Send attempt `attempt` (from 1) of the generation to the replica, which was chosen for what
   * `choice` says. Must not call back in.
   */
  dispatch(generationId: string, attempt: number, replica: ReplicaSnapshot, choice: Dispatch): void;
  /**
   * The generation ends without (another) attempt. `retryAfterMs`: when trying again makes
   * sense; null when it never does.
   */
  refuse(generationId: string, failure: Failure, retryAfterMs: number | null): void;
}
