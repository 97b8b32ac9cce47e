/** When a deployment that nobody uses is unloaded. Pure. */
import type { StoredDeployment } from '../../deployments/desired-state.pure.js';

/** Where nothing is the least, and nobody said after how long. */
const DEFAULT_IDLE_TIMEOUT_S = 300;

type Idling = Pick<
  StoredDeployment,
  'idleTimeoutS' | 'minReplicas' | 'desiredReplicas' | 'unloadedAt'
>;

/** Null: it is never unloaded. */
export function idleTimeoutMsOf({
  idleTimeoutS,
  minReplicas,
}: Pick<Idling, 'idleTimeoutS' | 'minReplicas'>): number | null {
  const timeoutS = idleTimeoutS ?? (minReplicas === 0 ? DEFAULT_IDLE_TIMEOUT_S : null);
  return timeoutS === null ? null : timeoutS * 1000;
}

/** @param idleMs since it was last used, or became ready */
export function isToUnload(deployment: Idling, idleMs: number): boolean {
  if (deployment.unloadedAt !== null || deployment.desiredReplicas === 0) return false;
  const timeoutMs = idleTimeoutMsOf(deployment);
  return timeoutMs !== null && idleMs >= timeoutMs;
}
