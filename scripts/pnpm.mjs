/** Programs that need the pinned pnpm on their PATH, as turbo does. Nobody has to have it installed. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npxCommand, runLogged } from './run-logged.mjs';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** What the scripts remember: stamps and logs. Not part of a checkout. */
export const STATE = join(ROOT, 'node_modules', '.corral');

/** Nothing that runs here reports home. */
const QUIET = { NEXT_TELEMETRY_DISABLED: '1', TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };

/**
 * @param {string} name of the log file
 * @param {string[]} command
 * @param {{ onLine?: (line: string) => void, env?: Record<string, string> }} [options]
 */
export async function runWithPnpm(name, command, { onLine, env = {} } = {}) {
  const { packageManager } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const npx = npxCommand();
  await runLogged({
    file: npx.file,
    args: [...npx.args, '--yes', `--package=${packageManager}`, '--', ...command],
    shell: npx.shell,
    cwd: ROOT,
    env: { ...QUIET, ...env },
    logFile: join(STATE, `${name}.log`),
    onLine,
  });
}

/** Runs a task in every package that has it; `detail` is told the packages as they come. */
export async function runTurbo(task, detail) {
  const turbo = join(ROOT, 'node_modules', 'turbo', 'bin', 'turbo');
  await runWithPnpm(task, ['node', turbo, 'run', task, '--output-logs=new-only'], {
    onLine: (line) => {
      const found = /^(@corral\/[\w-]+):/.exec(line);
      if (found) detail(found[1]);
    },
  });
}
