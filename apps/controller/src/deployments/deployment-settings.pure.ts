/**
 * What an admin says of a deployment: the API, the command line and files all come down to this.
 * Pure.
 */
import { replicaSpecSchema, type Failure, type ReplicaSpec } from '@corral/contracts';
import { boundsFault, type CreateDeployment, type UpdateDeployment } from '@corral/contracts/http';
import { invalidBody } from '../common/invalid-body.pure.js';
import type { StoredDeployment } from './desired-state.pure.js';

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

/** While it is on its way to another revision, that one is what was said. */
export function settingsOf(stored: StoredDeployment): DeploymentSettings {
  const { name, aliases, desiredReplicas, minReplicas, maxReplicas } = stored;
  const { idleTimeoutS, pinnedNodeId, placement, revision, rollout } = stored;
  const isUnderWay = rollout !== null && rollout.state !== 'rolled_back';
  const { modelDigest, modelName, spec } = isUnderWay ? rollout.to : revision;
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

function uniqueSorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
