/**
 * The state machine of a rollout: what is seen → what changes, with the reason. Pure, so that a dry
 * run is the same machine (rollout-plan.ts), and level-triggered, so that a new leader goes on where
 * the old one died: all it needs is the row and what the nodes report.
 *
 * | from        | when                                                       | to                     |
 * | ----------- | ---------------------------------------------------------- | ---------------------- |
 * | planned     | at once                                                    | progressing            |
 * | progressing | the new revision cannot be loaded                          | rolled_back            |
 * | progressing | it is worse than the old by more than the gates allow      | rolled_back            |
 * | progressing | nothing has moved for the progress deadline                | rolled_back            |
 * | progressing | there is no room, and no replica may be missing            | paused                 |
 * | progressing | the canary's replicas are ready                            | its keys go to it      |
 * | progressing | the canary has been watched for the bake time              | next step              |
 * | progressing | last step, another model: all new replicas are ready        | all keys go to it      |
 * | progressing | the last old replica has no request left, or for too long   | it goes                |
 * | progressing | last step: all new replicas are ready, no old one is left  | completed, ended       |
 * | paused      | cannot be loaded, or worse (its keys go to it all the same)| rolled_back            |
 * | rolled_back | no new replica is left, all old ones are ready             | rolled_back, ended     |
 *
 * By hand (rollouts.service.ts): progressing ⇄ paused, either → the last step, either → rolled_back.
 */
import { cannotLoad, worseTraffic } from './rollout-gates.pure.js';
import { rolloutNumbers, stepTarget } from './rollout-numbers.pure.js';
import {
  isBaking,
  stepPercent,
  waitsForLast,
  type Rollout,
  type RolloutSituation,
  type RolloutState,
} from './rollout-state.pure.js';

export interface RolloutChange {
  state: RolloutState;
  step: number;
  weight: number;
  /** Why it paused or was rolled back; null: nothing to say. */
  reason: string | null;
  /** For its history. */
  message: string;
  /** The clock of the step begins anew. */
  restartsStep: boolean;
  ended: boolean;
}

const QUIET_MS = 3_000;
/** An answer that takes longer is cut off with its replica. */
const LAST_REQUESTS_MS = 600_000;
/** Memory may still be measured, or come free: until then a rollout without room is not paused. */
const ROOM_PATIENCE_MS = 15_000;

/** Null: nothing changes now. */
export function rolloutStep(rollout: Rollout, seen: RolloutSituation): RolloutChange | null {
  switch (rollout.state) {
    case 'planned':
      return change(rollout, 'It begins.', { state: 'progressing', restartsStep: true });
    case 'progressing':
      return failing(rollout, seen) ?? progress(rollout, seen);
    case 'paused':
      return failing(rollout, seen);
    case 'rolled_back':
      return restored(rollout, seen);
    case 'completed':
      return null;
  }
}

/** The rollout rolled back, for a reason in the middle of a sentence. */
export function rollBack(rollout: Rollout, because: string): RolloutChange {
  const reason = `Revision ${rollout.to.number} was rolled back: ${because}`;
  return change(rollout, reason, { state: 'rolled_back', weight: 0, reason, restartsStep: true });
}

function failing(rollout: Rollout, seen: RolloutSituation): RolloutChange | null {
  const { gates } = rollout.strategy;
  const broken = cannotLoad(seen.loadFailures, gates);
  if (broken !== null) return rollBack(rollout, ended(broken));
  const worse = seen.traffic === null ? null : worseTraffic(seen.traffic, gates);
  return worse === null ? null : rollBack(rollout, ended(worse));
}

function progress(rollout: Rollout, seen: RolloutSituation): RolloutChange | null {
  const isLastStep = stepPercent(rollout) === 100;
  if (seen.desired === 0) {
    // A canary without a replica shows nothing; where nothing runs, nothing can be lost.
    if (!isLastStep || seen.from.placed + seen.to.placed > 0) return null;
    return completed(rollout, 'No replica is to run now');
  }
  if (isBaking(rollout)) return baked(rollout, seen);
  const target = stepTarget(rollout, seen.desired);
  if (!isLastStep && seen.to.ready >= target) {
    const weight = stepPercent(rollout);
    const message =
      `${weight} % of the keys go to revision ${rollout.to.number}, ` +
      `which is watched for ${rollout.strategy.bakeS} s.`;
    return change(rollout, message, { weight, restartsStep: true });
  }
  if (isLastStep && seen.to.ready >= target && seen.from.placed === 0) {
    return completed(rollout, `All ${target} replicas are of the new revision`);
  }
  const isAllReady = isLastStep && seen.to.ready >= target;
  return isAllReady && waitsForLast(rollout) ? lastRequests(rollout, seen) : stuck(rollout, seen);
}

function lastRequests(rollout: Rollout, seen: RolloutSituation): RolloutChange | null {
  const { from, to, weight, step } = rollout;
  if (weight < 100) {
    const message = `All keys go to revision ${to.number}; what revision ${from.number} has begun may end.`;
    return change(rollout, message, { weight: 100, restartsStep: true });
  }
  // A heartbeat may be a second old, and a request may have been on its way.
  const isQuiet = seen.from.active === 0 && seen.stepAgeMs >= QUIET_MS;
  if (!isQuiet && seen.stepAgeMs < LAST_REQUESTS_MS) return null;
  const left = seen.from.active === 0 ? 'has no request left' : 'is waited for no longer';
  return change(rollout, `Revision ${from.number} ${left}.`, {
    step: step + 1,
    restartsStep: true,
  });
}

function baked(rollout: Rollout, seen: RolloutSituation): RolloutChange | null {
  if (seen.stepAgeMs < rollout.strategy.bakeS * 1_000) return null;
  const requests = seen.traffic?.to.requests ?? 0;
  const shown = `Revision ${rollout.to.number} was watched over ${requests} requests and is no worse`;
  const step = rollout.step + 1;
  const next = stepPercent({ ...rollout, step });
  return change(rollout, `${shown}; ${next} % are next.`, { step, restartsStep: true });
}

function stuck(rollout: Rollout, seen: RolloutSituation): RolloutChange | null {
  const wanted = rolloutNumbers(rollout, seen);
  const drains = seen.from.present > seen.from.placed;
  const cannotMove = wanted.to > seen.to.placed && wanted.from >= seen.from.placed && !drains;
  if (seen.noRoom !== null && cannotMove && seen.stalledMs >= ROOM_PATIENCE_MS) {
    const reason = noRoomReason(rollout, seen.noRoom);
    return change(rollout, reason, { state: 'paused', reason });
  }
  const limitS = rollout.strategy.progressDeadlineS;
  if (seen.stalledMs < limitS * 1_000) return null;
  const last = seen.loadFailures.reason ?? seen.noRoom;
  const cause = last === null ? '' : `; the last that was heard: ${last}`;
  return rollBack(rollout, ended(`nothing has moved for ${limitS} s${cause}`));
}

function noRoomReason({ from, to, strategy }: Rollout, noRoom: string): string {
  const missing =
    strategy.maxUnavailable === 0 ? 'none' : `no more than ${strategy.maxUnavailable}`;
  return (
    `There is no room for revision ${to.number} beside revision ${from.number}, and ${missing} of ` +
    `its replicas may be missing. ${ended(noRoom)} Free memory and resume it; or undo it and start ` +
    `it again with a higher maxUnavailable.`
  );
}

function restored(rollout: Rollout, seen: RolloutSituation): RolloutChange | null {
  const isWhole = seen.from.ready >= seen.desired;
  // Should its machines be gone, the rollout is over all the same, and a new one may begin.
  const isGivenUp = seen.stalledMs >= rollout.strategy.progressDeadlineS * 1_000;
  if (seen.to.placed > 0 || !(isWhole || isGivenUp)) return null;
  const message = `Revision ${rollout.from.number} has ${seen.from.ready} of ${seen.desired} replicas ready again.`;
  return change(rollout, message, { ended: true });
}

function completed(rollout: Rollout, because: string): RolloutChange {
  const message = `${because}; revision ${rollout.to.number} is the present one.`;
  return change(rollout, message, { state: 'completed', weight: 100, ended: true });
}

function change(
  { state, step, weight, reason }: Rollout,
  message: string,
  to: Partial<RolloutChange>,
): RolloutChange {
  return { state, step, weight, reason, message, restartsStep: false, ended: false, ...to };
}

/** As a whole sentence's end. */
function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
