/**
 * What becomes of a replica that is placed, by the state of its node:
 *
 * | its node                     | counts | goes                                     |
 * |------------------------------|--------|------------------------------------------|
 * | is well, suspect or new      | yes    | when it is too many                      |
 * | is lost for more than 60 s   | no     | when others are ready in its place       |
 * | is drained or revoked        | no     | when others are ready in its place       |
 * | gives way to other use       | no     | at once: its worker has unloaded it      |
 *
 * What does not count is placed again elsewhere. Pure.
 */
import type { CandidateNode } from './candidate-node.js';

/** A node that restarts is back sooner; its models are still on its disk. */
export const REPLACE_AFTER_MS = 60_000;

export type Standing = 'stays' | 'leaves' | 'goes';

/** `undefined`: a node that is not known at all. */
export function standingOn(node: CandidateNode | undefined): Standing {
  if (node === undefined) return 'stays';
  if (node.yielding) return 'goes';
  if (node.drained || node.revoked) return 'leaves';
  return node.lostForMs !== null && node.lostForMs > REPLACE_AFTER_MS ? 'leaves' : 'stays';
}
