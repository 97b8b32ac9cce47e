/** A key with limits of its own that every controller of a cluster knows. */
import type { CreatedKey, UpdateLimits } from '@corral/contracts/http';
import { until } from '@corral/testing';
import type { Cluster } from './cluster.js';

/**
 * Resolves once each controller applies the limits. At first it may ask no model, which shows where
 * they are known without a request that would be counted.
 */
export async function limitedKey(
  cluster: Cluster,
  model: string,
  limits: UpdateLimits,
): Promise<CreatedKey> {
  const key = await cluster.createKey({ limits: { ...limits, allowedModels: [] } });
  await untilAllowed(cluster, key.apiKey, []);
  const body = { allowedModels: [model] };
  await cluster.adminJson(`/quotas/key/${key.id}`, { method: 'PATCH', body });
  await untilAllowed(cluster, key.apiKey, [model]);
  return key;
}

async function untilAllowed(cluster: Cluster, apiKey: string, models: string[]): Promise<void> {
  for (const url of cluster.urls) {
    await until('limits on every controller', async () => {
      const headers = { authorization: `Bearer ${apiKey}` };
      const answer = await fetch(`${url}/v1/models`, { headers });
      const { data } = (await answer.json()) as { data: { id: string }[] };
      return data.map(({ id }) => id).join() === models.join();
    });
  }
}
