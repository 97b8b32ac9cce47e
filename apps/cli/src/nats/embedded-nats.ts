/** The nats-server that Corral starts itself when it is given none. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { CliError, EXIT } from '../cli-error.js';
import { LogFile } from '../processes/log-file.js';
import type { ProcessSpec } from '../processes/supervised-process.js';
import type { Home } from '../up/home.js';
import { writePrivateFile } from '../up/private-file.js';
import { describeSearch, findNatsServer } from './find-nats-server.js';
import { natsConfig } from './nats-config.js';
import { natsPlaces } from './nats-places.js';

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 1_500;

export interface EmbeddedNats {
  spec: ProcessSpec;
  log: LogFile;
  url: string;
}

/** Finds the program and writes its configuration; it is not started yet. */
export async function embeddedNats(
  home: Home,
  settings: {
    port: number;
    controllerPassword: string;
    workerPassword: string;
    searchPath: string | undefined;
  },
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
  writePrivateFile(config, natsConfig({ ...settings, storeDir: join(home.natsDir, 'jetstream') }));
  return {
    log: new LogFile(join(home.logsDir, 'nats.log')),
    url: `nats://127.0.0.1:${settings.port}`,
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
