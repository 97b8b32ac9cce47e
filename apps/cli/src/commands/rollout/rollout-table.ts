/** Rollouts and their plans as a person reads them. */
import type { RolloutPlan, RolloutPlanStep, RolloutView } from '@corral/contracts/http';
import { formatCount } from '../../output/figures.js';
import { table } from '../../output/table.js';

/** A line of what it is, why, and what has happened so far. */
export function rolloutText(rollout: RolloutView): string {
  const { deployment, fromRevision, toRevision, reason, events } = rollout;
  const head = `${deployment}: revision ${fromRevision} to ${toRevision}, ${progressText(rollout)}`;
  const lines = events.map(({ at, message }) => `  ${toSecond(at)}  ${message}`);
  return [head, ...(reason === null ? [] : [reason]), ...lines].join('\n');
}

/** In a few words: `progressing, 10 % of the keys, 3 old and 1 new of 3 ready`. */
export function progressText({ state, weight, replicas }: RolloutView): string {
  return [
    state.replace('_', ' '),
    ...(weight > 0 && weight < 100 ? [`${weight} % of the keys`] : []),
    ...(replicas === null
      ? []
      : [`${replicas.fromReady} old and ${replicas.toReady} new of ${replicas.desired} ready`]),
  ].join(', ');
}

export function historyTable(rollouts: readonly RolloutView[]): string {
  return table(
    ['BEGUN', 'ENDED', 'FROM', 'TO', 'STATE', 'REASON'],
    rollouts.map(({ createdAt, endedAt, fromRevision, toRevision, state, reason }) => [
      toSecond(createdAt),
      endedAt === null ? '' : toSecond(endedAt),
      String(fromRevision),
      String(toRevision),
      state.replace('_', ' '),
      reason ?? '',
    ]),
    'No rollouts. `corral rollout start NAME --set slots=8` begins one.',
    ['FROM', 'TO'],
  );
}

/** A line for each replica, with what is left while it is loaded or unloaded. */
export function planTable({ desired, steps, outcome, reason }: RolloutPlan): string {
  const lines = table(
    ['STEP', 'WHAT', 'REVISION', 'NODE', 'HOW', 'READY', 'SLOTS'],
    steps.map((step) => [
      `${step.percent} %`,
      step.action,
      String(step.revision),
      step.node ?? '',
      howText(step),
      `${step.readyReplicas} of ${desired}`,
      formatCount(step.slots),
    ]),
    'Nothing has to be loaded or unloaded.',
    ['STEP', 'REVISION', 'READY', 'SLOTS'],
  );
  return outcome === 'completes' ? lines : `${lines}\nIt would stop there: ${reason ?? ''}`;
}

function howText({ action, method }: RolloutPlanStep): string {
  if (action === 'shift') return 'keys move, and it is watched';
  if (action === 'unload') return 'after its requests have ended';
  return method === 'surge' ? 'beside the others' : 'in place of one that went';
}

function toSecond(iso: string): string {
  return `${iso.slice(0, 19)}Z`;
}
