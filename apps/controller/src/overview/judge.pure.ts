/** Is it fine, and if not, what is wrong: one line each, worst first. Pure. */
import type { DeploymentView, NodeView, Overview } from '@corral/contracts/http';

/** `down`: nothing can be answered. `degraded`: something that should be is not. */
export function judge(
  nodes: readonly Pick<NodeView, 'state' | 'problems'>[],
  deployments: readonly Pick<DeploymentView, 'name' | 'state' | 'failure'>[],
  /** Silent nodes that the brake holds; none while it is off. */
  held: readonly { name: string }[] = [],
): Pick<Overview, 'status' | 'problems'> {
  const problems: string[] = [];
  if (nodes.length === 0) problems.push('No node has joined. Start one with: corral worker start');
  if (held.length > 0) problems.push(brakeText(held, nodes.length));
  for (const node of nodes) problems.push(...node.problems);
  for (const { name, state, failure } of deployments) {
    // An idle one is loaded when somebody asks for it: nothing is wrong with it.
    if (state !== 'ready' && state !== 'unloaded')
      problems.push(`Deployment ${name} is ${state}: ${failure?.message ?? 'on its way'}`);
  }
  const anyNode = nodes.some(({ state }) => state === 'ready');
  const anyReady = deployments.some(({ state }) => state === 'ready' || state === 'unloaded');
  const isDown = !anyNode || (deployments.length > 0 && !anyReady);
  if (isDown) return { status: 'down', problems };
  return { status: problems.length === 0 ? 'ready' : 'degraded', problems };
}

function brakeText(held: readonly { name: string }[], all: number): string {
  const names = held.map(({ name }) => name).join(', ');
  return (
    `${held.length} of ${all} nodes fell silent at once (${names}), so the fault is presumed to be ` +
    'between them and this controller: nothing is moved or placed. That ends by itself when they ' +
    'are heard again. If they are really gone: corral nodes confirm-lost'
  );
}
