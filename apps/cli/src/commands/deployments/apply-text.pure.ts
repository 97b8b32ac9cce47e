/** What `corral apply` has done, or would do, for a person. Pure. */
import type { ApplyPlan, DeploymentChange } from '@corral/contracts/http';

const SIGNS = { create: '+', change: '~', remove: '-', unchanged: '=' } as const;
const LONGEST = 60;

export function applyText({ dryRun, changes }: ApplyPlan): string {
  const count = (action: DeploymentChange['action']): number =>
    changes.filter((change) => change.action === action).length;
  const [create, change, remove, unchanged] = [
    count('create'),
    count('change'),
    count('remove'),
    count('unchanged'),
  ];
  const sums = dryRun
    ? `${create} to create, ${change} to change, ${remove} to remove, ${unchanged} unchanged.`
    : `${create} created, ${change} changed, ${remove} removed, ${unchanged} unchanged.`;
  const isPending = dryRun && unchanged < changes.length;
  const hint = isPending ? ' Nothing is done yet: leave out --dry-run to do it.' : '';
  return [...changes.flatMap(changeLines), sums + hint].join('\n');
}

export function changeLines(change: DeploymentChange): string[] {
  const { name, action, rollout, fields, placedOn, missing } = change;
  return [
    `${SIGNS[action]} ${name}: ${action}${rollout ? ', with a new revision' : ''}`,
    ...fields.map(({ field, before, after }) => `    ${field}: ${short(before)} → ${short(after)}`),
    ...(placedOn.length === 0 ? [] : [`    to be loaded on ${placedOn.join(', ')}`]),
    ...(missing === null ? [] : [`    not all of it has a place: ${missing}`]),
  ];
}

function short(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
