/** Follows what a node does on an order (an import, a model being loaded) until it has ended. */
import type { DeploymentView, ModelView } from '@corral/contracts/http';
import { setTimeout as delay } from 'node:timers/promises';
import { CliError, EXIT } from '../cli-error.js';
import type { AdminClient } from './admin-client.js';

const POLL_MS = 150;
/** Longer than a worker's first pauses between tries. */
const RETRY_GRACE_MS = 3_000;

export interface FollowOptions {
  detail: (text: string) => void;
  /** Without an end by then it is a failure. */
  timeoutMs: number;
  /** Ends the wait early, by throwing. */
  signal?: AbortSignal;
}

/** Gives the model once it is in the store. Throws {@link CliError} with the node's reason. */
export async function followImport(
  client: AdminClient,
  importId: string,
  options: FollowOptions,
): Promise<ModelView> {
  const startedMs = performance.now();
  return poll(`The import ${importId}`, options, async () => {
    const model = (await client.models()).find((entry) => entry.importId === importId);
    if (model === undefined) return undefined;
    if (model.state === 'failed')
      throw failed(`Import of ${model.fileName}`, model.failure?.message);
    options.detail(importDetail(model, performance.now() - startedMs));
    return model.state === 'ready' ? model : undefined;
  });
}

/**
 * Gives the deployment once it answers. Throws {@link CliError} with the reason when it stays
 * failed: a worker tries again by itself, and the next try may do.
 *
 * @param isDone what else has to be so; default: nothing
 */
export async function followDeployment(
  client: AdminClient,
  name: string,
  options: FollowOptions,
  isDone: (deployment: DeploymentView) => boolean = () => true,
): Promise<DeploymentView> {
  let failedSinceMs: number | null = null;
  return poll(`Deployment ${name}`, options, async () => {
    const deployment = (await client.deployments()).find((entry) => entry.name === name);
    if (deployment === undefined) return undefined;
    options.detail(deploymentDetail(deployment));
    if (deployment.state !== 'failed') failedSinceMs = null;
    else {
      failedSinceMs ??= performance.now();
      if (performance.now() - failedSinceMs >= RETRY_GRACE_MS) {
        throw failed(`Deployment ${name}`, deployment.failure?.message);
      }
    }
    return deployment.state === 'ready' && isDone(deployment) ? deployment : undefined;
  });
}

function deploymentDetail(deployment: DeploymentView): string {
  const { state, progress, failure, rollout, readyReplicas, desiredReplicas } = deployment;
  const parts = [
    progress === null ? state : `${state} ${Math.round(progress * 100)} %`,
    desiredReplicas === 1 ? '' : `${readyReplicas} of ${desiredReplicas} replicas`,
    rollout === null ? '' : `rollout to revision ${rollout.toRevision} ${rollout.state}`,
    failure?.message ?? '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

async function poll<T>(
  what: string,
  { timeoutMs, signal }: FollowOptions,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await delay(POLL_MS, undefined, { signal });
  }
  throw new CliError(
    `${what} was not done after ${Math.round(timeoutMs / 1000)} s.`,
    EXIT.fault,
    '`corral status` shows what the node reports.',
  );
}

function failed(what: string, reason: string | undefined): CliError {
  return new CliError(`${what} failed: ${reason ?? 'no reason given'}`, EXIT.refused);
}

function importDetail({ progress, sizeBytes }: ModelView, elapsedMs: number): string {
  if (progress === null) return '';
  const doneMiB = (progress * sizeBytes) / 1024 ** 2;
  const rate = elapsedMs > 0 ? doneMiB / (elapsedMs / 1000) : 0;
  return `${Math.round(progress * 100)} % of ${(sizeBytes / 1024 ** 2).toFixed(0)} MiB, ${rate.toFixed(0)} MiB/s`;
}
