/**
 * What an admin says of a deployment, and how it differs from what is stored. The API, the command
 * line and files all come down to this. Pure.
 */
import { replicaSpecSchema, type Failure, type ReplicaSpec } from '@corral/contracts';
import {
  boundsFault,
  type CreateDeployment,
  type FieldChange,
  type UpdateDeployment,
} from '@corral/contracts/http';
import { invalidBody } from '../common/invalid-body.js';
import type { StoredDeployment } from './deployments.repository.js';

export interface ChosenModel {
  modelDigest: string;
  /** Its file's name, for people. */
  modelName: string;
}

export type DeploymentSettings = ChosenModel &
  Pick<
    StoredDeployment,
    | 'name'
    | 'aliases'
    | 'desiredReplicas'
    | 'minReplicas'
    | 'maxReplicas'
    | 'idleTimeoutS'
    | 'pinnedNodeId'
    | 'placement'
  > & { spec: ReplicaSpec };

export type Settings = { ok: true; settings: DeploymentSettings } | { ok: false; failure: Failure };

type Bounds = Pick<DeploymentSettings, 'desiredReplicas' | 'minReplicas' | 'maxReplicas'>;

export function settingsOf(stored: StoredDeployment): DeploymentSettings {
  const { name, aliases, desiredReplicas, minReplicas, maxReplicas } = stored;
  const { idleTimeoutS, pinnedNodeId, placement, revision } = stored;
  const { modelDigest, modelName, spec } = revision;
  return {
    name,
    aliases,
    desiredReplicas,
    minReplicas,
    maxReplicas,
    idleTimeoutS,
    pinnedNodeId,
    placement,
    modelDigest,
    modelName,
    spec,
  };
}

/**
 * All of a deployment, as it is made or as a file declares it.
 *
 * @param present how many replicas scaling has come to; undefined: it is new
 */
export function declaredSettings(
  declared: CreateDeployment,
  model: ChosenModel,
  present?: number,
): DeploymentSettings {
  const { minReplicas = null, maxReplicas = null } = declared;
  return {
    name: declared.name,
    aliases: uniqueSorted(declared.aliases),
    ...boundsOf(declared.replicas ?? null, minReplicas, maxReplicas, present ?? 1),
    idleTimeoutS: declared.idleTimeoutS ?? null,
    pinnedNodeId: declared.nodeId ?? null,
    placement: declared.placement,
    ...model,
    spec: declared.spec,
  };
}

/** What is stored, with what `update` says in place of it. Fails with the field at fault. */
export function updatedSettings(
  stored: DeploymentSettings,
  update: UpdateDeployment,
  model: ChosenModel,
): Settings {
  const spec = replicaSpecSchema.strict().safeParse({ ...stored.spec, ...update.spec });
  if (!spec.success) {
    const issues = spec.error.issues.map(({ path, message }) => ({
      message,
      path: ['spec', ...path],
    }));
    return { ok: false, failure: invalidBody(issues) };
  }
  const { replicas } = update;
  // A number alone makes the number fixed.
  const kept = replicas === undefined ? stored : { minReplicas: null, maxReplicas: null };
  const { minReplicas = kept.minReplicas, maxReplicas = kept.maxReplicas } = update;
  const fault = boundsFault({ replicas, minReplicas, maxReplicas });
  if (fault !== null) {
    const issue = { message: fault, path: ['maxReplicas'] };
    return { ok: false, failure: invalidBody([issue]) };
  }
  const { aliases, idleTimeoutS, nodeId, placement } = update;
  return {
    ok: true,
    settings: {
      name: stored.name,
      aliases: aliases === undefined ? stored.aliases : uniqueSorted(aliases),
      ...boundsOf(replicas ?? null, minReplicas, maxReplicas, stored.desiredReplicas),
      idleTimeoutS: idleTimeoutS === undefined ? stored.idleTimeoutS : idleTimeoutS,
      pinnedNodeId: nodeId === undefined ? stored.pinnedNodeId : nodeId,
      placement: placement ?? stored.placement,
      ...model,
      spec: spec.data,
    },
  };
}

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

/** Scaling never goes to nothing by itself; being idle does (scaling/idle-unload.ts). */
function boundsOf(
  replicas: number | null,
  minReplicas: number | null,
  maxReplicas: number | null,
  present: number,
): Bounds {
  if (minReplicas === null || maxReplicas === null) {
    return { desiredReplicas: replicas ?? present, minReplicas: null, maxReplicas: null };
  }
  const desiredReplicas = Math.min(Math.max(present, minReplicas, 1), maxReplicas);
  return { desiredReplicas, minReplicas, maxReplicas };
}

function prefixed(prefix: string, fields: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [`${prefix}.${name}`, value as unknown]),
  );
}

function uniqueSorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
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
