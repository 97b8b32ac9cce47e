/** Which node is meant by an id or a name. Pure. */
import type { Failure } from '@corral/contracts';

export type FoundNode<N> = { ok: true; node: N } | { ok: false; failure: Failure };

/** The node with the id, else the only one with the name. */
export function findNode<N extends { id: string; name: string }>(
  nodes: readonly N[],
  idOrName: string,
): FoundNode<N> {
  const byId = nodes.find(({ id }) => id === idOrName);
  if (byId !== undefined) return { ok: true, node: byId };
  const [first, ...others] = nodes.filter(({ name }) => name === idOrName);
  if (first === undefined) {
    const message = `There is no node '${idOrName}'. List them with: corral nodes`;
    return { ok: false, failure: { code: 'not_found', message } };
  }
  if (others.length === 0) return { ok: true, node: first };
  const ids = [first, ...others].map(({ id }) => id).join(', ');
  const message = `${others.length + 1} nodes are called '${idOrName}'. Name one by its id: ${ids}`;
  return { ok: false, failure: { code: 'conflict', message } };
}
