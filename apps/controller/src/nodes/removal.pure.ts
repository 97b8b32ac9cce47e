/** Whether a node may be removed. Pure. */
import type { NodeState } from '@corral/contracts/http';
import type { StoredNode } from './node-settings.pure.js';

/** Why not, and what to do; null: nothing would be lost with it. `force`: although something would. */
export function refusalToRemove(
  { name, settings, assignedReplicas, isEnrolled }: StoredNode,
  state: NodeState,
  force: boolean,
): string | null {
  // Its row is what keeps its credentials from being good again.
  if (settings.revokedAt !== null) {
    return `Node ${name} is revoked. It stays known, so that its credentials stay refused; nothing is placed there.`;
  }
  if (isEnrolled) {
    return `Node ${name} has credentials of its own. Revoke them, which also takes its replicas away: corral nodes revoke ${name}.`;
  }
  if (force || state === 'lost') return null;
  if (settings.drainedAt === null) {
    return `Node ${name} is alive. Drain it first (corral nodes drain ${name} --wait), or use force.`;
  }
  if (assignedReplicas === 0) return null;
  const replicas = assignedReplicas === 1 ? 'a replica' : `${assignedReplicas} replicas`;
  return `Node ${name} still has ${replicas}: wait until its drain is done, or use force.`;
}
