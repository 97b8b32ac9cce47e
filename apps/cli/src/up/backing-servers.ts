/** PostgreSQL and NATS: the user's own where named, started here where not. */
import { embeddedNats } from '../nats/embedded-nats.js';
import { NATS_CONTROLLER_USER, NATS_WORKER_USER } from '../nats/nats-config.js';
import type { Reporter } from '../output/reporter.js';
import { embeddedPostgres } from '../postgres/embedded-postgres.js';
import type { ProcessStack } from '../processes/process-stack.js';
import type { UpConfig } from '../config/up-config.js';
import type { Home } from './home.js';
import { rememberedPorts } from './remembered-ports.js';
import { requireServer } from './require-server.js';
import type { Secrets } from './secrets.js';

const POSTGRES_PORT = 5432;
const NATS_PORT = 4222;

interface NatsLogin {
  user: string | undefined;
  password: string | undefined;
}

export interface BackingServers {
  databaseUrl: string;
  natsUrl: string;
  controllerLogin: NatsLogin;
  workerLogin: NatsLogin;
}

interface Context {
  home: Home;
  secrets: Secrets;
  stack: ProcessStack;
  reporter: Reporter;
}

/** Starts what is to be started; resolves when both serve. */
export async function startBackingServers(
  config: UpConfig,
  context: Context,
): Promise<BackingServers> {
  if (config.databaseUrl !== undefined) {
    await requireServer('DATABASE_URL', config.databaseUrl, POSTGRES_PORT);
  }
  if (config.natsUrl !== undefined) await requireServer('NATS_URL', config.natsUrl, NATS_PORT);

  const ports = await rememberedPorts(context.home.runDir);
  const [databaseUrl, nats] = await Promise.all([
    config.databaseUrl ?? startPostgres(context, ports.postgres),
    config.natsUrl === undefined ? startNats(config, context, ports.nats) : givenNats(config),
  ]);
  return { databaseUrl, ...nats };
}

function startPostgres({ home, secrets, stack, reporter }: Context, port: number): Promise<string> {
  return reporter.step('Starting PostgreSQL', async () => {
    const password = secrets.databasePassword;
    const postgres = await embeddedPostgres(home, { port, password });
    await stack.push(postgres.spec, postgres.log).start();
    return postgres.databaseUrl;
  });
}

type Nats = Omit<BackingServers, 'databaseUrl'>;

function startNats(
  config: UpConfig,
  { home, secrets, stack, reporter }: Context,
  port: number,
): Promise<Nats> {
  return reporter.step('Starting NATS', async () => {
    const nats = await embeddedNats(home, {
      port,
      controllerPassword: secrets.natsControllerPassword,
      workerPassword: secrets.natsWorkerPassword,
      searchPath: config.searchPath,
    });
    await stack.push(nats.spec, nats.log).start();
    return {
      natsUrl: nats.url,
      controllerLogin: { user: NATS_CONTROLLER_USER, password: secrets.natsControllerPassword },
      workerLogin: {
        user: NATS_WORKER_USER,
        password: secrets.natsWorkerPassword,
      },
    };
  });
}

function givenNats({ natsUrl = '', natsUser, natsPassword }: UpConfig): Nats {
  const login = { user: natsUser, password: natsPassword };
  return { natsUrl, controllerLogin: login, workerLogin: login };
}
