/** A NATS server in operator mode for one spec, with the settings of a controller on it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeNatsAuthority, natsServerConfig, type NatsAuthority } from '@corral/bus';
import { startNats, type NatsServer } from '@corral/testing';

export interface OperatorNats {
  server: NatsServer;
  authority: NatsAuthority;
  /** For a controller, as the environment would give them. */
  environment: Record<string, string>;
  remove(): Promise<void>;
}

/** @param tls files of the server's certificate, its key and who signed it */
export async function startOperatorNats(tls?: {
  cert: string;
  key: string;
  ca: string;
}): Promise<OperatorNats> {
  const folder = await mkdtemp(join(tmpdir(), 'corral-operator-'));
  const authority = await makeNatsAuthority();
  const authorityFile = join(folder, 'authority.json');
  await writeFile(authorityFile, JSON.stringify(authority), { mode: 0o600 });
  const config = join(folder, 'nats.conf');
  const settings = {
    listen: '127.0.0.1:4222',
    storeDir: folder,
    accountsDir: join(folder, 'accounts'),
    tls,
  };
  await writeFile(config, natsServerConfig(settings, authority));
  // Its arguments say where it listens.
  const server = await startNats(['-c', config]);
  return {
    server,
    authority,
    environment: {
      // Certificates are for names: the client checks none against an address.
      NATS_URL: tls === undefined ? server.url : server.url.replace('127.0.0.1', 'localhost'),
      NATS_AUTHORITY_FILE: authorityFile,
      ...(tls === undefined ? {} : { NATS_CA_FILE: tls.ca }),
    },
    remove: async () => {
      await server.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
