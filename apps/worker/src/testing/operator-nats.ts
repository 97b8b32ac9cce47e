/** A NATS server in operator mode for one spec, and credentials for it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  credsText,
  issueControllerCreds,
  issueWorkerJwt,
  makeNatsAuthority,
  natsServerConfig,
  newUserKey,
  type NatsAuthority,
} from '@corral/bus';
import { startNats, type NatsServer } from '@corral/testing';

export interface OperatorNats {
  server: NatsServer;
  authority: NatsAuthority;
  controllerCreds: string;
  workerCreds(nodeId: string): Promise<string>;
  remove(): Promise<void>;
}

export async function startOperatorNats(): Promise<OperatorNats> {
  const folder = await mkdtemp(join(tmpdir(), 'corral-operator-'));
  const authority = await makeNatsAuthority();
  const config = join(folder, 'nats.conf');
  const settings = {
    listen: '127.0.0.1:4222',
    storeDir: folder,
    accountsDir: join(folder, 'accounts'),
  };
  await writeFile(config, natsServerConfig(settings, authority));
  // Its arguments say where it listens.
  const server = await startNats(['-c', config]);
  return {
    server,
    authority,
    controllerCreds: await issueControllerCreds(authority),
    workerCreds: async (nodeId) => {
      const { publicKey, seed } = newUserKey();
      return credsText(await issueWorkerJwt(authority, nodeId, publicKey), seed);
    },
    remove: async () => {
      await server.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
