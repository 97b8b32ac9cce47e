/**
 * The brake: when most nodes fall silent at once, it is more likely that this controller cannot hear
 * than that all of them died. Then none of them is lost: nothing is moved, unloaded or placed. Pure.
 *
 * Nodes count that were alive 10 s before they were suspected; one that said that it leaves does not.
 *
 * | brake   | silent among those that count                  | brake    | the silent ones are     |
 * |---------|------------------------------------------------|----------|-------------------------|
 * | off     | fewer than 55 %, or only one                   | off      | suspect, later lost     |
 * | off     | 55 % or more, and at least two                 | on       | held: suspect, not lost |
 * | on      | still so; more of them are held too            | on       | held                    |
 * | on      | no more so, since some were heard again        | off      | suspect, later lost     |
 * | on      | an admin confirms that they are lost           | off      | lost, and count no more |
 *
 * So with one node the brake never is on: there is nothing to be moved to, and a dead machine's
 * requests must not hang. With two it needs both, with three two of them.
 */
import { SUSPECT_AFTER_MS } from './node-state.pure.js';

export const BRAKE_SHARE = 0.55;
export const BRAKE_MIN_NODES = 2;
export const BRAKE_WINDOW_MS = 10_000;

export interface HeardNode {
  nodeId: string;
  silentMs: number;
  /** Its last word was that it leaves. */
  isLeaving: boolean;
}

export interface Brake {
  /** Silent nodes that are not lost; empty: the brake is off. */
  held: ReadonlySet<string>;
  /** Those that are lost because an admin said so, until they are heard again. */
  confirmed: ReadonlySet<string>;
}

export const BRAKE_OFF: Brake = { held: new Set(), confirmed: new Set() };

/** The brake as of now. Called again with the same, it gives the same. */
export function nextBrake({ held, confirmed }: Brake, nodes: readonly HeardNode[]): Brake {
  const isSilent = ({ silentMs }: HeardNode): boolean => silentMs > SUSPECT_AFTER_MS;
  const stillConfirmed = nodes.filter((node) => confirmed.has(node.nodeId) && isSilent(node));
  const counted = nodes.filter((node) => !node.isLeaving && !stillConfirmed.includes(node));
  const fresh = counted.filter(
    (node) =>
      isSilent(node) &&
      (held.has(node.nodeId) || node.silentMs <= SUSPECT_AFTER_MS + BRAKE_WINDOW_MS),
  );
  const alive = counted.filter((node) => !isSilent(node)).length;
  const isOurs =
    fresh.length >= BRAKE_MIN_NODES && fresh.length >= BRAKE_SHARE * (alive + fresh.length);
  return { held: idsOf(isOurs ? fresh : []), confirmed: idsOf(stillConfirmed) };
}

/** An admin says that these are lost indeed. */
export function confirmLost({ held, confirmed }: Brake, nodeIds: readonly string[]): Brake {
  const lost = new Set(nodeIds);
  return {
    held: new Set([...held].filter((nodeId) => !lost.has(nodeId))),
    confirmed: new Set([...confirmed, ...lost]),
  };
}

function idsOf(nodes: readonly HeardNode[]): ReadonlySet<string> {
  return new Set(nodes.map(({ nodeId }) => nodeId));
}
