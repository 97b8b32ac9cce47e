/**
 * Which revision serves a key while a canary is tried. Sticky: the same key gets the same answer on
 * every controller and after every restart, and a higher weight only ever moves keys from the old
 * revision to the new. Pure.
 */
import { stepPercent, type Rollout } from '../rollouts/rollout-state.pure.js';

/** A deployment between two revisions, as its last canary step left it. */
export interface CanarySplit {
  deploymentId: string;
  /** Percent of keys that the new revision serves. */
  weight: number;
  toRevisionId: string;
  /** Of the other keys; null: any revision, since the new one is to serve them all soon. */
  otherRevisionId: string | null;
}

/** Null: each key gets any revision. */
export function canarySplitOf({
  id,
  rollout,
}: {
  id: string;
  rollout: Rollout | null;
}): CanarySplit | null {
  if (rollout === null) return null;
  const { state, weight, from, to } = rollout;
  const isMixed = stepPercent(rollout) === 100 && state !== 'rolled_back';
  if (isMixed && weight === 0) return null;
  const otherRevisionId = isMixed ? null : from.id;
  return { deploymentId: id, weight, toRevisionId: to.id, otherRevisionId };
}

/** Null: any revision that has a replica. */
export function revisionForKey(split: CanarySplit | null, keyId: string): string | null {
  if (split === null) return null;
  const isCanary = placeOf(`${split.deploymentId}/${keyId}`) < split.weight;
  return isCanary ? split.toRevisionId : split.otherRevisionId;
}

/**
 * A key's fixed place from 0 to below 100. 32-bit FNV-1a over the UTF-16 units, and then the last
 * mixing of MurmurHash3 (both public domain): FNV alone leaves ids that differ in their last
 * character too close together.
 */
function placeOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32) * 100;
}
