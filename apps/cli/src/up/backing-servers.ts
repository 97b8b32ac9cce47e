/** PostgreSQL and NATS: the user's own where named, started here where not. */
import { embeddedNats, natsHostBeside } from '../nats/embedded-nats.js';
import { openNatsAuthority } from '../nats/nats-authority-file.js';
import type { Reporter } from '../output/reporter.js';
import { embeddedPostgres } from '../postgres/embedded-postgres.js';
import type { ProcessStack } from '../processes/process-stack.js';
import type { UpConfig } from '../config/up-config.js';
import type { Home } from '../home/home.js';
import { rememberedPorts } from './remembered-ports.js';
import { requireServer } from './require-server.js';
import { givenLogins, issuedLogins, type NatsLogins } from './nats-logins.js';
import { natsAuthorityFile, type Secrets } from '../home/secrets.js';

const POSTGRES_PORT = 5432;
const NATS_PORT = 4222;

export interface BackingServers extends NatsLogins {
  databaseUrl: string;
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

  const hosts = { postgres: '127.0.0.1', nats: natsHostBeside(config.host) };
  const ports = await rememberedPorts(context.home.runDir, hosts);
  const [databaseUrl, nats] = await Promise.all([
    config.databaseUrl ?? startPostgres(context, ports.postgres),
    config.natsUrl === undefined
      ? startNats(config, context, { host: hosts.nats, port: ports.nats })
      : givenLogins(context.home, { ...config, natsUrl: config.natsUrl }),
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

function startNats(
  { searchPath }: UpConfig,
  { home, stack, reporter }: Context,
  listen: { host: string; port: number },
): Promise<NatsLogins> {
  return reporter.step('Starting NATS', async () => {
    const authorityFile = natsAuthorityFile(home.secretsDir);
    const authority = await openNatsAuthority(authorityFile);
    const nats = await embeddedNats(home, authority, { ...listen, searchPath });
    await stack.push(nats.spec, nats.log).start();
    return issuedLogins(home, authority, {
      natsUrl: nats.url,
      joiningUrl: nats.listenUrl,
      authorityFile,
    });
  });
}
