/** Whether a node may be removed without force. Pure. */
import type { NodeState } from '@corral/contracts/http';
import type { StoredNode } from './node-settings.js';

/** Why not, and what to do; null: nothing would be lost with it. */
export function refusalToRemove(
  { name, settings, assignedReplicas }: StoredNode,
  state: NodeState,
): string | null {
  if (state === 'lost' || settings.revokedAt !== null) return null;
  if (settings.drainedAt === null) {
    return `Node ${name} is alive. Drain it first (corral nodes drain ${name} --wait), or use force.`;
  }
  if (assignedReplicas === 0) return null;
  const replicas = assignedReplicas === 1 ? 'a replica' : `${assignedReplicas} replicas`;
  return `Node ${name} still has ${replicas}: wait until its drain is done, or use force.`;
}
