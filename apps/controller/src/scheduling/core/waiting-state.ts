/** Where somebody is in the queue, and what is waited for, in words. Pure. */
import type { DeploymentLane } from './deployment-lane.js';
import type { DeploymentState } from './deployment-state.js';
import type { Waiting } from '../queue/fair-queue.pure.js';

export interface WaitingState {
  /** From 1: is served next. About, since tenants take turns. */
  position: number;
  /** Generations that wait for the same replicas. */
  waiting: number;
  /** About, in milliseconds; null: it cannot be told. */
  waitMs: number | null;
  /** What has to happen first. */
  reason: string;
}

export function waitingOf<E extends Waiting>(
  { name, pool }: DeploymentState<E>,
  lane: DeploymentLane<E>,
  entry: E,
): WaitingState {
  return {
    position: lane.queue.ahead(entry) + 1,
    waiting: lane.queue.length,
    waitMs: lane.waitMsOf(entry),
    reason: pool.anyReady
      ? `all ${pool.readySlots} slots of '${name}' are taken or busy with prompts`
      : `no replica of '${name}' is ready yet`,
  };
}

/** One line for whoever waits. */
export function describeWaiting({ position, waiting, waitMs, reason }: WaitingState): string {
  const wait = waitMs === null ? '' : `, about ${Math.ceil(waitMs / 1000)} s`;
  return `position ${position} of ${waiting}${wait}: ${reason}`;
}
