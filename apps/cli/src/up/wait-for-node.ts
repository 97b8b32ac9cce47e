import { setTimeout as delay } from 'node:timers/promises';
import type { AdminClient } from '../admin/admin-client.js';
import { CliError, EXIT } from '../cli-error.js';

const TIMEOUT_MS = 30_000;
const POLL_MS = 100;

/** Resolves when the controller has heard of a worker; throws {@link CliError} when it does not. */
export async function waitForNode(client: AdminClient, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  while (performance.now() < deadline) {
    const { nodes } = await client.overview();
    if (nodes.some(({ state }) => state === 'ready')) return;
    await delay(POLL_MS, undefined, { signal });
  }
  throw new CliError(
    `The worker did not report within ${TIMEOUT_MS / 1000} s.`,
    EXIT.fault,
    'Its log is logs/worker.log in the data folder.',
  );
}
