/** The nats-server that Corral starts itself when it is given none. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { natsServerConfig, type NatsAuthority } from '@corral/bus';
import { bracketed, isLoopbackHost } from '@corral/contracts';
import { CliError, EXIT } from '../cli-error.js';
import { LogFile } from '../processes/log-file.js';
import type { ProcessSpec } from '../processes/supervised-process.js';
import type { Home } from '../home/home.js';
import { typable } from '../processes/listen-address.js';
import { writePrivateFile } from '../home/private-file.js';
import { describeSearch, findNatsServer } from './find-nats-server.pure.js';
import { adoptStreams } from './adopt-streams.js';
import { natsPlaces } from './nats-places.js';

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 1_500;

export interface EmbeddedNats {
  spec: ProcessSpec;
  log: LogFile;
  /** For this machine's processes. */
  url: string;
  /** Where it listens: at all addresses of this machine, perhaps, which is no address to ask. */
  listenUrl: string;
}

/** Beside a Corral that listens there: other machines reach both, or none. */
export function natsHostBeside(host: string): string {
  return isLoopbackHost(host) ? '127.0.0.1' : host;
}

/** Finds the program and writes its configuration; it is not started yet. */
export async function embeddedNats(
  home: Home,
  authority: NatsAuthority,
  settings: { host: string; port: number; searchPath: string | undefined },
): Promise<EmbeddedNats> {
  const search = await findNatsServer(natsPlaces(home.binDir, settings.searchPath));
  if (!search.found) {
    throw new CliError(
      `nats-server was not found (${describeSearch(search.tried)}).`,
      EXIT.fault,
      'Install it (https://docs.nats.io/running-a-nats-service/introduction/installation), or set NATS_URL to a server of your own.',
    );
  }
  const config = join(home.natsDir, 'nats-server.conf');
  const listen = `${bracketed(settings.host)}:${settings.port}`;
  const storeDir = join(home.natsDir, 'jetstream');
  const accountsDir = join(home.natsDir, 'accounts');
  adoptStreams(storeDir, authority);
  writePrivateFile(config, natsServerConfig({ listen, storeDir, accountsDir }, authority));
  return {
    log: new LogFile(join(home.logsDir, 'nats.log')),
    url: `nats://${typable(settings.host)}:${settings.port}`,
    listenUrl: `nats://${listen}`,
    spec: {
      name: 'nats',
      title: 'NATS server',
      spawn: () =>
        spawn(search.path, ['--config', config], {
          cwd: home.natsDir,
          detached: true,
          windowsHide: true,
          stdio: ['ignore', 'pipe', 'pipe'],
        }),
      isReady: (sign) => 'line' in sign && sign.line.includes('Server is ready'),
      startTimeoutMs: START_TIMEOUT_MS,
      stopTimeoutMs: STOP_TIMEOUT_MS,
    },
  };
}
