/** Is it fine, and if not, what is wrong: one line each, worst first. Pure. */
import type { DeploymentView, NodeView, Overview } from '@corral/contracts/http';

/** `down`: nothing can be answered. `degraded`: something that should be is not. */
export function judge(
  nodes: readonly Pick<NodeView, 'name' | 'state'>[],
  deployments: readonly Pick<DeploymentView, 'name' | 'state' | 'failure'>[],
): Pick<Overview, 'status' | 'problems'> {
  const problems: string[] = [];
  if (nodes.length === 0) problems.push('No node has joined. Start one with: corral worker start');
  for (const { name, state } of nodes) {
    if (state === 'lost') problems.push(`Node ${name} is lost: nothing has been heard of it.`);
    if (state === 'suspect') problems.push(`Node ${name} has not reported for some seconds.`);
  }
  for (const { name, state, failure } of deployments) {
    if (state !== 'ready')
      problems.push(`Deployment ${name} is ${state}: ${failure?.message ?? 'on its way'}`);
  }
  const anyNode = nodes.some(({ state }) => state === 'ready');
  const anyReady = deployments.some(({ state }) => state === 'ready');
  const isDown = !anyNode || (deployments.length > 0 && !anyReady);
  if (isDown) return { status: 'down', problems };
  return { status: problems.length === 0 ? 'ready' : 'degraded', problems };
}
