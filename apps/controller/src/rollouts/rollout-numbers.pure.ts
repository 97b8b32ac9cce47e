/**
 * How many replicas of each revision there should be at this moment of a rollout. Level-triggered:
 * it looks at what is placed and ready, and moves one replica at a time.
 *
 * | state       | new revision                                     | old revision                    |
 * | ----------- | ------------------------------------------------ | ------------------------------- |
 * | planned     | none                                             | all                             |
 * | progressing | one more than are ready, up to the step's share  | as many as are still needed     |
 * | paused      | as they are                                      | as they are                     |
 * | rolled_back | as many as are needed until the old are there    | all                             |
 *
 * Two rules hold in all of them: of `desired` replicas no more than `maxUnavailable` are missing
 * because of the rollout, and the old revision's are never raised again on the way forward (a
 * replica that made room for a new one would else be put back into that room). Where memory allows
 * the new stand beside the old, so none is missing at all.
 */
import {
  stepPercent,
  waitsForLast,
  type Rollout,
  type RolloutSituation,
  type RevisionCounts,
} from './rollout-state.pure.js';

export interface RolloutNumbers {
  from: number;
  to: number;
}

type Seen = Pick<RolloutSituation, 'desired' | 'from' | 'to' | 'noRoom'>;

export function rolloutNumbers(
  rollout: Pick<Rollout, 'state' | 'strategy' | 'step' | 'from' | 'to'>,
  seen: Seen,
): RolloutNumbers {
  if (seen.desired === 0) return { from: 0, to: 0 };
  switch (rollout.state) {
    case 'planned':
      return { from: seen.desired, to: 0 };
    case 'progressing':
      return forward(rollout, seen);
    case 'paused':
      return held(seen);
    case 'rolled_back':
      return { from: seen.desired, to: backward(rollout.strategy.maxUnavailable, seen) };
    case 'completed':
      return { from: 0, to: seen.desired };
  }
}

/** Replicas that the step wants of the new revision; at least one, however small its share. */
export function stepTarget(rollout: Pick<Rollout, 'strategy' | 'step'>, desired: number): number {
  return Math.ceil((desired * stepPercent(rollout)) / 100);
}

function forward(
  rollout: Pick<Rollout, 'strategy' | 'step' | 'from' | 'to'>,
  seen: Seen,
): RolloutNumbers {
  const { desired, from, to } = seen;
  const { method, maxUnavailable } = rollout.strategy;
  const isSwap = method === 'drain_and_swap';
  // Only then is it worth being a replica short.
  const mayLower = isSwap || seen.noRoom !== null;
  const target = stepTarget(rollout, desired);
  const rest = waitsForLast(rollout) && !mayLower ? 1 : oldTarget(rollout, desired, mayLower);
  const needed = oldNeeded(desired - (mayLower ? maxUnavailable : 0), from, to);
  // Beyond what was lowered on purpose, replicas are missing only because more are desired now.
  const missing = desired - maxUnavailable - from.placed - to.placed;
  const kept = Math.min(from.placed, Math.max(rest, needed));
  const room = isSwap ? desired - Math.max(from.placed, from.present) : to.ready + 1;
  return {
    from: missing > 0 ? Math.max(kept, Math.min(rest, from.placed + missing)) : kept,
    to: Math.min(target, Math.max(to.placed, room)),
  };
}

/** What the step leaves to the old revision: its share, rounded up where there is room for it. */
function oldTarget(
  rollout: Pick<Rollout, 'strategy' | 'step'>,
  desired: number,
  isTight: boolean,
): number {
  const percent = stepPercent(rollout);
  if (percent === 100) return 0;
  if (isTight) return Math.max(1, desired - stepTarget(rollout, desired));
  return Math.ceil((desired * (100 - percent)) / 100);
}

/**
 * Old replicas without which fewer than `atLeast` would be ready. Which of them goes is placement's
 * choice, so each that is not ready is kept besides; where none is, they give nothing to lose.
 */
function oldNeeded(atLeast: number, from: RevisionCounts, to: RevisionCounts): number {
  const ready = Math.max(0, atLeast - to.ready);
  if (ready === 0 || from.ready === 0) return ready;
  return ready + Math.max(0, from.placed - from.ready);
}

/** As it is; more or less only because more or fewer replicas are desired than before. */
function held({ desired, from, to }: Seen): RolloutNumbers {
  const kept = Math.min(to.placed, desired);
  const most = Math.max(0, desired + 1 - kept);
  const least = desired - kept;
  return { from: Math.min(most, Math.max(least, from.placed)), to: kept };
}

/** The new ones that still serve until the old are back; one goes all the same where they fill the room. */
function backward(maxUnavailable: number, { desired, from, to, noRoom }: Seen): number {
  const needed = Math.max(0, desired - maxUnavailable - from.ready);
  const kept = Math.min(to.ready, to.placed, needed);
  const isInTheWay = noRoom !== null && from.placed < desired && kept === to.placed;
  return isInTheWay ? Math.max(0, kept - 1) : kept;
}
