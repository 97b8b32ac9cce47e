/** A generation as the scheduler's core keeps it, from its submission to its end. */
import type { Priority } from '@corral/contracts/http';
import type { ServiceCharge } from '../queue/fair-share.pure.js';
import type { Waiting } from '../queue/fair-queue.pure.js';
import type { Placeable } from './placed-attempts.js';
import type { PrefixBlocks } from '../prefixes/prefix-blocks.pure.js';
import type { ReplicaLoad } from '../replicas/replica-load.pure.js';

export interface Submission extends Omit<Waiting, 'submittedAtMs' | 'charge'>, PrefixBlocks {
  generationId: string;
  deployment: string;
  /** Replicas of this revision, as long as one is ready; null: any. */
  revisionId: string | null;
  /** On the caller's clock, as `nowMs`; null: only the scheduler's limits hold. */
  deadlineAtMs: number | null;
}

/** A class, so that all have one shape: the loops over what waits are fast only then. */
export class SchedulerEntry implements Submission, Waiting, Placeable {
  readonly generationId: string;
  readonly deployment: string;
  readonly revisionId: string | null;
  readonly tenant: string;
  readonly weight: number;
  readonly priority: Priority;
  readonly promptTokens: number;
  readonly hashes: readonly number[];
  readonly blockTokens: number;
  deadlineAtMs: number | null;
  charge: ServiceCharge | null = null;
  /** Of the model that began the answer: no other can go on with it. Null: nothing is begun. */
  modelDigest: string | null = null;
  attempt = 0;
  attemptTokens = 0;
  lost = 0;
  crashes = 0;
  outputTokens = 0;
  replica: ReplicaLoad | null = null;
  backlogTokens = 0;

  constructor(
    submission: Submission,
    public submittedAtMs: number,
  ) {
    this.generationId = submission.generationId;
    this.deployment = submission.deployment;
    this.revisionId = submission.revisionId;
    this.tenant = submission.tenant;
    this.weight = submission.weight ?? 1;
    this.priority = submission.priority;
    this.promptTokens = submission.promptTokens;
    this.hashes = submission.hashes;
    this.blockTokens = submission.blockTokens;
    this.deadlineAtMs = submission.deadlineAtMs;
  }
}
