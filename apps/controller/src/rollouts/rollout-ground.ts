/** Whether a rollout may begin, and to which revision. Each no is an exception for the edge. */
import type { ReplicaSpec } from '@corral/contracts';
import { FailureException } from '../common/failure-exception.pure.js';
import type { RolloutRevision, RolloutState } from './rollout-state.pure.js';

/** What is to be rolled out: a new revision's content, or an earlier revision's number. */
export type RolloutContent =
  Pick<RolloutRevision, 'modelDigest' | 'modelName' | 'spec'> | { revision: number };

/** A deployment as a new rollout finds it. */
export interface RolloutGround {
  id: string;
  name: string;
  current: RolloutRevision;
  /** Highest number first. */
  revisions: RolloutRevision[];
  /** One that has not ended; null: a new one may begin. */
  underWay: { state: RolloutState; toNumber: number } | null;
}

/**
 * Throws `not_found` where there is none; `conflict` while another rollout is under way, and when
 * nothing would change.
 */
export function groundFor(
  ground: RolloutGround | null,
  deploymentId: string,
  content: RolloutContent,
): RolloutGround {
  if (ground === null) throw noSuch('deployment', deploymentId);
  refuseSecond(ground);
  refuseSame(ground, content);
  return ground;
}

/** An earlier revision as it is, or the next one as it would be. Throws `not_found`. */
export function knownOrNext(ground: RolloutGround, content: RolloutContent): RolloutRevision {
  if ('revision' in content) return earlier(ground, content.revision);
  const { modelDigest, modelName, spec } = content;
  return { id: 'next', number: nextNumber(ground), modelDigest, modelName, spec };
}

export function nextNumber({ revisions }: Pick<RolloutGround, 'revisions'>): number {
  return (revisions[0]?.number ?? 0) + 1;
}

function refuseSecond({ name, underWay }: RolloutGround): void {
  if (underWay === null) return;
  const { state, toNumber } = underWay;
  throw conflict(
    state === 'rolled_back'
      ? `A rollout of '${name}' is on its way back. Wait until it has ended: 'corral rollout status ${name} --watch'.`
      : `A rollout of '${name}' to revision ${toNumber} is ${state}. Wait for it, or end it first with ` +
          `'corral rollout promote ${name}' or 'corral rollout undo ${name}'.`,
  );
}

function refuseSame({ name, current }: RolloutGround, content: RolloutContent): void {
  const isSame =
    'revision' in content
      ? content.revision === current.number
      : content.modelDigest === current.modelDigest && sameSpec(content.spec, current.spec);
  if (!isSame) return;
  throw conflict(`Nothing changes: that is the present revision of '${name}', ${current.number}.`);
}

/** Both parsed by one schema, so equal ones have equal JSON. */
function sameSpec(one: ReplicaSpec, other: ReplicaSpec): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function earlier({ name, revisions }: RolloutGround, number: number): RolloutRevision {
  const found = revisions.find((revision) => revision.number === number);
  if (found !== undefined) return found;
  const numbers = revisions.map((revision) => revision.number).join(', ');
  throw new FailureException({
    code: 'not_found',
    message: `'${name}' has no revision ${number}. There is: ${numbers}.`,
    param: 'revision',
  });
}

export function noSuch(what: string, which: string): FailureException {
  return new FailureException({ code: 'not_found', message: `There is no ${what} '${which}'.` });
}

export function conflict(message: string): FailureException {
  return new FailureException({ code: 'conflict', message });
}
