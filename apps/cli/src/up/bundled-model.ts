/** The model that comes with Corral, deployed so that a first request has something to answer it. */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AdminClient } from '../admin/admin-client.js';
import { followDeployment, followImport } from '../admin/follow.js';
import type { Reporter } from '../output/reporter.js';

export const DEMO_DEPLOYMENT = 'corral-demo';
const MODEL_FILE = fileURLToPath(new URL('../../../../models/corral-demo.gguf', import.meta.url));
const SLOTS = 4;
const MODEL_TIMEOUT_MS = 120_000;

/**
 * Imports and deploys the model unless that was done before, and waits until it answers. Gives the deployment's name; null when this copy of Corral has no such file.
 */
export async function deployBundledModel(
  client: AdminClient,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<string | null> {
  if (!existsSync(MODEL_FILE)) {
    reporter.warn(`The bundled model is missing (${MODEL_FILE}); nothing is deployed.`);
    return null;
  }
  await reporter.step(`Deploying ${DEMO_DEPLOYMENT}`, async (detail) => {
    const options = { detail, signal, timeoutMs: MODEL_TIMEOUT_MS };
    if (!(await isDeployed(client))) {
      const model = await ensureImported(client, options);
      await client.createDeployment({
        name: DEMO_DEPLOYMENT,
        model,
        spec: { slots: SLOTS },
      });
    }
    await followDeployment(client, DEMO_DEPLOYMENT, options);
  });
  return DEMO_DEPLOYMENT;
}

async function isDeployed(client: AdminClient): Promise<boolean> {
  return (await client.deployments()).some(({ name }) => name === DEMO_DEPLOYMENT);
}

async function ensureImported(
  client: AdminClient,
  options: Parameters<typeof followImport>[2],
): Promise<string> {
  const kept = (await client.models()).find(
    ({ fileName, state }) => fileName === basename(MODEL_FILE) && state === 'ready',
  );
  if (kept?.digest) return kept.digest;
  const { importId } = await client.importModel(MODEL_FILE);
  const imported = await followImport(client, importId, options);
  return imported.digest ?? imported.fileName;
}
