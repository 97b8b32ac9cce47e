/** Who this worker is: a node id kept for the life of the data folder, a boot id for this run. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeIdSchema } from '@corral/contracts';
import { systemErrorCode } from './system-error.js';

export interface NodeIdentity {
  nodeId: string;
  bootId: string;
}

/**
 * Reads the node id from the worker's folder, minting it on the first start (file mode 0600).
 * Throws when the file holds anything but an id: a new one would orphan the node's assignments.
 */
export async function loadIdentity(workerHome: string): Promise<NodeIdentity> {
  await mkdir(workerHome, { recursive: true, mode: 0o700 });
  const file = join(workerHome, 'node-id');
  const minted = `node-${randomBytes(8).toString('hex')}`;
  try {
    await writeFile(file, `${minted}\n`, { mode: 0o600, flag: 'wx' });
  } catch (fault) {
    if (systemErrorCode(fault) !== 'EEXIST') throw fault;
  }
  const kept = nodeIdSchema.safeParse((await readFile(file, 'utf8')).trim());
  if (!kept.success) {
    throw new Error(`${file} holds no node id. Restore it, or delete it to join as a new node.`);
  }
  return { nodeId: kept.data, bootId: `boot-${randomBytes(8).toString('hex')}` };
}
