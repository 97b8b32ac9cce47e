/**
 * What has to be done so that deployments become what files declare: desired against stored. Pure;
 * it holds for what was stored when it was made, so it is made in the transaction that carries it out.
 */
import type { Failure, StoredModel } from '@corral/contracts';
import type { CreateDeployment, DeploymentsDocument, FieldChange } from '@corral/contracts/http';
import { differences, needsRevision } from '../../deployments/deployment-differences.pure.js';
import {
  declaredSettings,
  settingsOf,
  type DeploymentSettings,
} from '../../deployments/deployment-settings.pure.js';
import type { StoredDeployment } from '../../deployments/desired-state.pure.js';
import { chooseModel } from '../../deployments/model-choice.pure.js';
import { nameClash } from '../../deployments/name-clash.pure.js';

export type PlannedChange = { name: string } & (
  | { action: 'create'; after: DeploymentSettings }
  | {
      action: 'change';
      before: StoredDeployment;
      after: DeploymentSettings;
      fields: FieldChange[];
      needsRevision: boolean;
    }
  | { action: 'unchanged'; before: StoredDeployment }
  | { action: 'remove'; before: StoredDeployment }
);

/** Fails with the field at fault as a path, `documents[0].deployments[2].model`. */
export type ApplyDecision =
  { ok: true; changes: PlannedChange[] } | { ok: false; failure: Failure };

export interface ApplySurroundings {
  stored: readonly StoredDeployment[];
  models: readonly StoredModel[];
  nodeIds: ReadonlySet<string>;
}

/** In the order of the documents; those to be removed come last. */
export function planApply(
  documents: readonly DeploymentsDocument[],
  prune: boolean,
  surroundings: ApplySurroundings,
): ApplyDecision {
  const changes: PlannedChange[] = [];
  const paths = new Map<string, string>();
  for (const [at, { deployments }] of documents.entries()) {
    for (const [index, declared] of deployments.entries()) {
      const path = `documents[${at}].deployments[${index}]`;
      const earlier = paths.get(declared.name);
      if (earlier !== undefined) {
        return refused(`${path}.name`, `'${declared.name}' is declared already, as ${earlier}`);
      }
      paths.set(declared.name, path);
      const planned = plannedFor(declared, path, surroundings);
      if (!planned.ok) return planned;
      changes.push(...planned.changes);
    }
  }
  const rest = surroundings.stored.filter(({ name }) => !paths.has(name));
  if (prune) changes.push(...rest.map(removal));
  const all = [...(prune ? [] : rest), ...changes.flatMap(resultOf)];
  return refusedName(all, paths) ?? { ok: true, changes };
}

function plannedFor(
  declared: CreateDeployment,
  path: string,
  { stored, models, nodeIds }: ApplySurroundings,
): ApplyDecision {
  const { name } = declared;
  const before = stored.find((deployment) => deployment.name === name) ?? null;
  const choice = chooseModel(declared.model, models, before?.revision);
  if (!choice.ok) return refused(`${path}.model`, choice.failure.message, choice.failure.code);
  const after = declaredSettings(declared, choice.model, before?.desiredReplicas);
  const { pinnedNodeId } = after;
  const isElsewhere = pinnedNodeId !== null && pinnedNodeId !== before?.pinnedNodeId;
  if (isElsewhere && !nodeIds.has(pinnedNodeId)) {
    return refused(`${path}.nodeId`, `there is no node '${pinnedNodeId}'`, 'not_found');
  }
  return { ok: true, changes: [changeOf(name, before, after)] };
}

/** Null: every name is one deployment's. */
function refusedName(
  all: readonly { name: string; aliases: readonly string[] }[],
  paths: ReadonlyMap<string, string>,
): ApplyDecision | null {
  const clash = nameClash(all);
  if (clash === null) return null;
  const { called, deployment, takenBy } = clash;
  const path = paths.get(deployment);
  // An alias of one that no document declares may be in the way of a declared name.
  const [param, owner] =
    path === undefined ? [`${paths.get(takenBy)}.name`, deployment] : [`${path}.aliases`, takenBy];
  return refused(param, `'${called}' is taken: deployment '${owner}' answers to it`, 'conflict');
}

/** What is there of it afterwards; nothing of one that goes. */
export function resultOf(change: PlannedChange): DeploymentSettings[] {
  if (change.action === 'remove') return [];
  return [change.action === 'unchanged' ? settingsOf(change.before) : change.after];
}

function changeOf(
  name: string,
  before: StoredDeployment | null,
  after: DeploymentSettings,
): PlannedChange {
  if (before === null) return { name, action: 'create', after };
  const fields = differences(settingsOf(before), after);
  if (fields.length === 0) return { name, action: 'unchanged', before };
  return { name, action: 'change', before, after, fields, needsRevision: needsRevision(fields) };
}

function removal(before: StoredDeployment): PlannedChange {
  return { name: before.name, action: 'remove', before };
}

function refused(
  param: string,
  message: string,
  code: Failure['code'] = 'invalid_value',
): ApplyDecision {
  return { ok: false, failure: { code, message: `${param}: ${message}`, param } };
}
