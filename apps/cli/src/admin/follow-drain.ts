/** Follows a drain until nothing is left on the node. */
import { setTimeout as delay } from 'node:timers/promises';
import type { NodeView } from '@corral/contracts/http';
import { CliError, EXIT } from '../cli-error.js';
import { counted } from '../output/figures.js';
import type { AdminClient } from './admin-client.js';
import type { FollowOptions } from './follow.js';

const POLL_MS = 250;

/**
 * Gives the node once it has no replica any more, neither meant nor running. Throws
 * {@link CliError} when somebody ends the drain, or when it takes too long, with what is left.
 */
export async function followDrain(
  client: AdminClient,
  nodeId: string,
  { detail, timeoutMs, signal }: FollowOptions,
): Promise<NodeView> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const node = await client.nodes.get(nodeId);
    if (node.drainedAt === null) {
      throw new CliError(`The drain of ${node.name} was ended by somebody.`, EXIT.refused);
    }
    const left = leftOn(node);
    if (left === 0) return node;
    detail(`${counted(left, 'replica')} left`);
    if (performance.now() > deadlineMs) throw tooLong(node, left, timeoutMs);
    await delay(POLL_MS, undefined, { signal });
  }
}

/** A lost node runs nothing that anybody could hear of. */
function leftOn({ state, assignedReplicas, replicas }: NodeView): number {
  return Math.max(assignedReplicas, state === 'lost' ? 0 : replicas.length);
}

function tooLong({ name, replicas }: NodeView, left: number, timeoutMs: number): CliError {
  const busy = replicas.map(({ deployment }) => deployment).join(', ');
  return new CliError(
    `${name} still has ${counted(left, 'replica')} after ${Math.round(timeoutMs / 1000)} s${busy && `: ${busy}`}.`,
    EXIT.fault,
    'The drain goes on. `corral deployments` says why a replica has no other place.',
  );
}
