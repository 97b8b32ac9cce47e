/** The real servers that an integration spec of the controller runs on. */
import { Logger } from '@nestjs/common';
import { startNats, startPostgres, type NatsServer, type PostgresServer } from '@corral/testing';
import { migrate } from '@corral/database';
import { loadConfig, type Config } from '../config/config.js';

export const ADMIN_TOKEN = 'admin-token-of-a-spec';

export interface TestServers {
  postgres: PostgresServer;
  nats: NatsServer;
  /** An empty database with the present schema. */
  databaseUrl: string;
  /** Settings for a controller on these servers, as the environment would give them. */
  config(environment?: Record<string, string>): Config;
  remove(): Promise<void>;
}

export async function startServers(): Promise<TestServers> {
  // What goes wrong in a spec goes wrong on purpose.
  Logger.overrideLogger(['error']);
  const [postgres, nats] = await Promise.all([startPostgres(), startNats()]);
  const databaseUrl = await postgres.createDatabase('corral');
  await migrate(databaseUrl);
  return {
    postgres,
    nats,
    databaseUrl,
    config: (environment = {}) =>
      loadConfig({
        DATABASE_URL: databaseUrl,
        NATS_URL: nats.url,
        CORRAL_PORT: '0',
        CORRAL_AUTH_SECRET: 'signs the sessions of a spec',
        CORRAL_ADMIN_TOKEN: ADMIN_TOKEN,
        CORRAL_CONSOLE_DIR: '/nowhere',
        CORRAL_LOG_LEVEL: 'error',
        ...environment,
      }),
    remove: async () => {
      await Promise.all([postgres.remove(), nats.remove()]);
    },
  };
}
