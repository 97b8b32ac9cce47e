/** Corral's own Node processes: the controller and the worker. */
import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CliError, EXIT } from '../cli-error.js';

export const CONTROLLER_MAIN = fileURLToPath(
  new URL('../../../controller/dist/main.js', import.meta.url),
);
export const WORKER_MAIN = fileURLToPath(new URL('../../../worker/dist/main.js', import.meta.url));

/** Secrets, which each child gets for itself alone, and what npm and Node told this process. */
const NOT_PASSED_ON =
  /^(CORRAL_.*(PASSWORD|SECRET|TOKEN).*|DATABASE_URL.*|NATS_.*|npm_.*|NODE_OPTIONS)$/;

/** Throws {@link CliError} when the program has not been built. */
export function requireBuilt(main: string): void {
  if (existsSync(main)) return;
  throw new CliError(`${main} is missing.`, EXIT.fault, 'Build it: `npm start` does, at the root.');
}

/**
 * Starts `main` with an IPC channel, by whose end it notices that this process is gone.
 * It inherits this process's environment but for secrets, so that every setting of the controller
 * and the worker can be given to `corral up` as well; `settings` come before it.
 */
export function forkNode(
  main: string,
  settings: Record<string, string | undefined>,
  cwd: string,
): ChildProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !NOT_PASSED_ON.test(name));
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return fork(main, [], {
    cwd,
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...Object.fromEntries(inherited), ...Object.fromEntries(given) },
  });
}
