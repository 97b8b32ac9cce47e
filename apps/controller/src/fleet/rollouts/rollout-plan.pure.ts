/**
 * What a rollout would do, replica by replica, with the capacity left while it does it: the same
 * state machine and the same placement as in earnest, on a cluster where every load works and every
 * drain takes no time. Pure.
 */
import type { RolloutPlan, RolloutPlanStep } from '@corral/contracts/http';
import type { PlacedReplica } from '../../placement/candidate-node.pure.js';
import type { PlacementAction, PlacementPlan } from '../../placement/placement-plan.pure.js';
import { rolloutNumbers } from '../../rollouts/rollout-numbers.pure.js';
import {
  stepPercent,
  type RevisionCounts,
  type Rollout,
} from '../../rollouts/rollout-state.pure.js';
import { rolloutStep } from '../../rollouts/rollout-step.pure.js';

export interface RolloutPlanInput {
  /** As it would be written: planned. */
  rollout: Rollout;
  deployment: string;
  desired: number;
  /** Of both revisions, and of every other deployment. */
  placed: readonly PlacedReplica[];
  /** Where placement would put so many of each revision, beside what is placed. */
  place: (numbers: { from: number; to: number }, placed: readonly PlacedReplica[]) => PlacementPlan;
  nodeName: (nodeId: string) => string;
}

/** A machine that turns in a circle would be a fault; the plan ends all the same. */
const MAX_ROUNDS = 1_000;
/** Longer than any patience of the state machine, milliseconds. */
const LONG_MS = 100_000_000;

type Placing = Extract<PlacementAction, { action: 'place' }>;

export function planRollout(input: RolloutPlanInput): RolloutPlan {
  const run = new DryRun(input);
  for (let round = 0; round < MAX_ROUNDS && !run.isOver; round += 1) run.round();
  return { desired: input.desired, steps: run.steps, outcome: run.outcome, reason: run.reason };
}

class DryRun {
  readonly steps: RolloutPlanStep[] = [];
  outcome: RolloutPlan['outcome'] = 'completes';
  reason: string | null = null;
  isOver = false;
  private rollout: Rollout;
  private placed: PlacedReplica[];
  private noRoom: string | null = null;
  private isIdle = false;
  private made = 0;

  constructor(private readonly input: RolloutPlanInput) {
    this.rollout = input.rollout;
    this.placed = [...input.placed];
  }

  round(): void {
    const { desired } = this.input;
    const seen = {
      desired,
      from: this.counts(this.rollout.from.id),
      to: this.counts(this.rollout.to.id),
      noRoom: this.noRoom,
    };
    const change = rolloutStep(this.rollout, {
      ...seen,
      loadFailures: { count: 0, reason: null, isFinal: false },
      traffic: null,
      stepAgeMs: LONG_MS,
      stalledMs: this.isIdle ? LONG_MS : 0,
    });
    if (change === null) return this.place(rolloutNumbers(this.rollout, seen));
    if (change.weight !== this.rollout.weight && stepPercent(this.rollout) < 100) {
      this.note('shift', { ...this.rollout, weight: change.weight });
    }
    this.rollout = { ...this.rollout, ...change };
    this.isIdle = false;
    if (change.state === 'paused' || change.state === 'rolled_back') {
      this.outcome = 'pauses';
      this.reason = change.reason;
      this.isOver = true;
    }
    this.isOver ||= change.ended;
  }

  private place(numbers: { from: number; to: number }): void {
    const { actions, reasons } = this.input.place(numbers, this.placed);
    const before = this.noRoom;
    this.noRoom = reasons.get(this.input.deployment) ?? null;
    // That there is no room is news, and may change what is wanted.
    this.isIdle = actions.length === 0 && this.noRoom === before;
    for (const action of actions) {
      if (action.action === 'remove') this.unload(action.replicaId);
      else this.load(action);
    }
  }

  private unload(replicaId: string): void {
    const gone = this.placed.find((replica) => replica.replicaId === replicaId);
    if (gone === undefined) return;
    this.placed = this.placed.filter((replica) => replica !== gone);
    if (this.revisionOf(gone) !== null) this.note('unload', this.rollout, gone);
  }

  /** Noted before it counts: what is left is what there is while it loads. */
  private load({ deployment, revisionId, nodeId, reserved }: Placing): void {
    this.made += 1;
    const made = {
      replicaId: `planned-${this.made}`,
      deployment,
      revisionId,
      modelDigest: this.revisionOf({ revisionId })?.modelDigest ?? '',
      nodeId,
      reserved,
      // Its memory is promised and not yet taken of what the node reports as free.
      isLoaded: false,
      isReady: true,
      failedForMs: null,
    };
    if (this.revisionOf(made) !== null) this.note('load', this.rollout, made);
    this.placed.push(made);
  }

  private note(action: RolloutPlanStep['action'], at: Rollout, replica?: PlacedReplica): void {
    const own = this.placed.filter((one) => this.revisionOf(one) !== null);
    const isBeside = own.length >= this.input.desired;
    this.steps.push({
      percent: stepPercent(at),
      action,
      method: action !== 'load' ? null : isBeside ? 'surge' : 'drain_and_swap',
      revision: replica === undefined ? at.to.number : (this.revisionOf(replica)?.number ?? 0),
      nodeId: replica?.nodeId ?? null,
      node: replica === undefined ? null : this.input.nodeName(replica.nodeId),
      readyReplicas: own.length,
      slots: own.reduce((sum, one) => sum + (this.revisionOf(one)?.spec.slots ?? 0), 0),
    });
  }

  private counts(revisionId: string): RevisionCounts {
    const count = this.placed.filter((replica) => replica.revisionId === revisionId).length;
    return { placed: count, ready: count, present: count, active: 0 };
  }

  private revisionOf({ revisionId }: { revisionId: string }): Rollout['to'] | null {
    const { from, to } = this.rollout;
    return [from, to].find(({ id }) => id === revisionId) ?? null;
  }
}
