/** Writes what a NATS server of an administrator's own needs for machines to join. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { natsServerConfig, type NatsServerSettings } from '@corral/bus';
import { writePrivateFile } from '../home/private-file.js';
import { openNatsAuthority } from './nats-authority-file.js';

export interface WrittenNats {
  /** Paths. */
  config: string;
  authority: string;
  /** False: those of an earlier run stay, and with them every machine that has joined. */
  madeKeys: boolean;
}

/**
 * @param dir absolute; made where it is missing
 * @param store the server's data, as the server sees it; default: `data` in the folder
 */
export async function initNats(
  dir: string,
  {
    listen,
    store = join(dir, 'data'),
    tls,
  }: Pick<NatsServerSettings, 'listen' | 'tls'> & { store?: string },
): Promise<WrittenNats> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const [config, authority] = [join(dir, 'nats-server.conf'), join(dir, 'nats-authority.json')];
  const madeKeys = !existsSync(authority);
  const keys = await openNatsAuthority(authority);
  const settings = {
    listen,
    // For health checks on its own machine.
    http: '127.0.0.1:8222',
    storeDir: store,
    accountsDir: `${store}/accounts`,
    tls,
  };
  writePrivateFile(config, natsServerConfig(settings, keys));
  return { config, authority, madeKeys };
}
