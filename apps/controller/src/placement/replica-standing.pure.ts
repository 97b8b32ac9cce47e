/**
 * What becomes of a replica that is placed, by what its node is or does:
 *
 * | its node                     | counts | goes                                     |
 * |------------------------------|--------|------------------------------------------|
 * | is well, suspect or new      | yes    | when it is too many                      |
 * | is lost for more than 60 s   | no     | when others are ready in its place       |
 * | is drained or revoked        | no     | when others are ready in its place       |
 * | gives way to other use       | no     | at once: its worker has unloaded it      |
 * | has given its memory away    | no     | when others are ready in its place, if   |
 * | before it was loaded, and it |        | it has not come up before                |
 * | has failed for over 60 s     |        |                                          |
 *
 * What does not count is placed again elsewhere. Pure.
 */
import type { CandidateNode, PlacedReplica } from './candidate-node.pure.js';

/** A node that restarts is back sooner; its models are still on its disk. */
export const REPLACE_AFTER_MS = 60_000;

export type Standing = 'stays' | 'leaves' | 'goes';

/**
 * @param node its node; undefined: one that is not known at all
 * @param isDisplaced others have its memory, and it may be elsewhere
 */
export function standingOf(
  { failedForMs }: Pick<PlacedReplica, 'failedForMs'>,
  node: CandidateNode | undefined,
  isDisplaced: () => boolean,
): Standing {
  if (node === undefined) return 'stays';
  if (node.yielding) return 'goes';
  if (node.drained || node.revoked) return 'leaves';
  if (isLong(node.lostForMs)) return 'leaves';
  return isLong(failedForMs) && isDisplaced() ? 'leaves' : 'stays';
}

function isLong(ms: number | null): boolean {
  return ms !== null && ms > REPLACE_AFTER_MS;
}
