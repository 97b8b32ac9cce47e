/**
 * Which of the nodes that fit takes a replica, by the first criterion that tells two apart:
 *
 *   spread                              pack
 *   1. on a GPU before on a CPU         1. the same
 *   2. fewest replicas of it            2. runs replicas already, so that others stay free
 *   3. has the file                     3. has the file
 *   4. fewest slots at work             4. least memory left
 *   5. most memory left                 5. fewest slots at work
 *
 * and at last the first by id, so that the same state always gives the same plan. Pure.
 */
import type { DeviceKind, Placement } from '@corral/contracts';
import { gib } from './memory/gib.pure.js';

/** A node that fits, and what speaks for it. */
export interface FittingNode {
  nodeId: string;
  name: string;
  kind: DeviceKind;
  hasFile: boolean;
  /** Replicas of the same deployment there. */
  ofDeployment: number;
  /** Replicas of any deployment there. */
  replicas: number;
  activeSlots: number;
  freeAfterBytes: number;
}

interface Criterion {
  /** More is better. */
  of(node: FittingNode): number;
  /** What speaks for the node, when this tells it apart from the next. */
  words(node: FittingNode): string;
}

const ON_GPU: Criterion = {
  of: ({ kind }) => (kind === 'cpu' ? 0 : 1),
  words: () => 'a GPU takes it',
};
const HAS_FILE: Criterion = {
  of: ({ hasFile }) => Number(hasFile),
  words: () => 'it has the file already',
};
const FEWEST_OF_DEPLOYMENT: Criterion = {
  of: ({ ofDeployment }) => -ofDeployment,
  words: ({ ofDeployment }) => `it has the fewest replicas of it (${ofDeployment})`,
};
const RUNS_REPLICAS: Criterion = {
  of: ({ replicas }) => Math.min(1, replicas),
  words: () => 'it runs replicas already, so that other nodes stay free',
};
const LEAST_BUSY: Criterion = {
  of: ({ activeSlots }) => -activeSlots,
  words: ({ activeSlots }) => `it is the least busy (${activeSlots} slots at work)`,
};
const MOST_LEFT: Criterion = {
  of: ({ freeAfterBytes }) => freeAfterBytes,
  words: ({ freeAfterBytes }) => `it is left with the most memory (${gib(freeAfterBytes)} GiB)`,
};
const LEAST_LEFT: Criterion = {
  of: ({ freeAfterBytes }) => -freeAfterBytes,
  words: ({ freeAfterBytes }) => `it is filled best (${gib(freeAfterBytes)} GiB left)`,
};

const CRITERIA: Record<Placement['strategy'], readonly Criterion[]> = {
  spread: [ON_GPU, FEWEST_OF_DEPLOYMENT, HAS_FILE, LEAST_BUSY, MOST_LEFT],
  pack: [ON_GPU, RUNS_REPLICAS, HAS_FILE, LEAST_LEFT, LEAST_BUSY],
};

/** The best with why it won; null without nodes. */
export function bestOf<N extends FittingNode>(
  nodes: readonly N[],
  strategy: Placement['strategy'],
): { node: N; why: string } | null {
  const criteria = CRITERIA[strategy];
  const [node, next] = [...nodes].sort((a, b) => {
    const telling = tellsApart(criteria, a, b);
    if (telling !== undefined) return telling.of(b) - telling.of(a);
    return a.nodeId < b.nodeId ? -1 : 1;
  });
  if (node === undefined) return null;
  if (next === undefined) return { node, why: 'it is the only node that can take it' };
  const telling = tellsApart(criteria, node, next);
  const why = telling?.words(node) ?? 'it is as good as others, and the first by its id';
  return { node, why };
}

function tellsApart(
  criteria: readonly Criterion[],
  a: FittingNode,
  b: FittingNode,
): Criterion | undefined {
  return criteria.find((criterion) => criterion.of(a) !== criterion.of(b));
}
