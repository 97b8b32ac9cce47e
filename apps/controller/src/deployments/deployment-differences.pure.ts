/** How what is to be of a deployment differs from what is, and what that takes. Pure. */
import type { FieldChange } from '@corral/contracts/http';
import type { DeploymentSettings } from './deployment-settings.pure.js';

/** Field by field, under the names of the API. Of a deployment that scales, the number is no field. */
export function differences(before: DeploymentSettings, after: DeploymentSettings): FieldChange[] {
  const [old, present] = [fieldsOf(before), fieldsOf(after)];
  const names = new Set([...Object.keys(old), ...Object.keys(present)]);
  return [...names].flatMap((field) => {
    const change = { field, before: old[field] ?? null, after: present[field] ?? null };
    return isSame(change.before, change.after) ? [] : [change];
  });
}

/** It loads something else, or otherwise: that takes a new revision. */
export function needsRevision(changes: readonly FieldChange[]): boolean {
  return changes.some(({ field }) => field === 'model' || field.startsWith('spec.'));
}

/** As the audit log shows it. */
export function fieldsOf(settings: DeploymentSettings): Record<string, unknown> {
  const { desiredReplicas, minReplicas, maxReplicas, placement, spec } = settings;
  return {
    model: settings.modelDigest,
    replicas: minReplicas === null ? desiredReplicas : null,
    minReplicas,
    maxReplicas,
    idleTimeoutS: settings.idleTimeoutS,
    aliases: settings.aliases.length === 0 ? null : settings.aliases,
    nodeId: settings.pinnedNodeId,
    ...prefixed('placement', placement),
    ...prefixed('spec', spec),
  };
}

function prefixed(prefix: string, fields: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [`${prefix}.${name}`, value as unknown]),
  );
}

/** Of JSON values; the order of an object's keys says nothing. */
function isSame(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
