/**
 * The data folder: where everything of one Corral lies. Only its owner may read what is in it.
 * Started by root, the folder itself can be passed through, since PostgreSQL refuses to run as
 * root and its own account has to reach `postgres/` below it.
 */
import { chmodSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface Home {
  path: string;
  lockFile: string;
  /** Generated passwords and tokens, one file each. */
  secretsDir: string;
  logsDir: string;
  /** Programs that Corral fetched itself. */
  binDir: string;
  /** What is running now: process ids, ports, the address for the command line. */
  runDir: string;
  postgresDir: string;
  natsDir: string;
}

/** Where things are in a data folder; touches nothing. */
export function homeAt(path: string): Home {
  const root = resolve(path);
  return {
    path: root,
    lockFile: join(root, 'lock'),
    secretsDir: join(root, 'secrets'),
    logsDir: join(root, 'logs'),
    binDir: join(root, 'bin'),
    runDir: join(root, 'run'),
    postgresDir: join(root, 'postgres'),
    natsDir: join(root, 'nats'),
  };
}

/** Makes the folders that are missing and narrows the modes of all. */
export function prepareHome(path: string, { asRoot }: { asRoot: boolean }): Home {
  const home = homeAt(path);
  const privateDirs = [home.secretsDir, home.logsDir, home.binDir, home.runDir, home.natsDir];
  mkdirSync(home.path, { recursive: true });
  chmodSync(home.path, asRoot ? 0o711 : 0o700);
  for (const dir of privateDirs) {
    mkdirSync(dir, { recursive: true });
    chmodSync(dir, 0o700);
  }
  return home;
}
