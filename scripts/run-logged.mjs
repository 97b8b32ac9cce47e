/** Runs a program with its output in a log file; the end of the log is shown when it fails. */
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StepFailed } from './steps.mjs';

const TAIL_LINES = 40;

/**
 * @param {{ file: string, args: string[], cwd: string, logFile: string, shell?: boolean,
 *   env?: Record<string, string>, onLine?: (line: string) => void }} run
 * @returns {Promise<void>} when it exits with 0; throws {@link StepFailed} otherwise.
 */
export async function runLogged({ file, args, cwd, logFile, shell = false, env = {}, onLine }) {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = createWriteStream(logFile);
  const child = spawn(file, shell ? args.map(quoted) : args, {
    cwd,
    shell,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const tail = [];
  const record = (chunk) => {
    log.write(chunk);
    for (const line of String(chunk)
      .split(/\r?\n/)
      .filter((text) => text.trim() !== '')) {
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      onLine?.(line.trim());
    }
  };
  child.stdout.on('data', record);
  child.stderr.on('data', record);

  const failure = await outcome(child);
  log.end();
  if (failure === undefined) return;
  throw new StepFailed(
    `${tail.join('\n')}\n\n${[file, ...args].join(' ')}: ${failure}\nThe whole log: ${logFile}`,
  );
}

function outcome(child) {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) =>
      resolve(code === 0 ? undefined : signal ? `ended by ${signal}` : `exit code ${code}`),
    );
  });
}

/** For Windows' shell, which is used only to start `npx.cmd`. */
function quoted(argument) {
  return /[\s&]/.test(argument) ? `"${argument}"` : argument;
}

/**
 * The program and first arguments that run `npx` on this machine. npm's own copy is started by
 * Node directly where it is known, since Windows can start `npx.cmd` only through a shell.
 */
export function npxCommand() {
  const npm = process.env.npm_execpath;
  const beside = npm === undefined ? undefined : join(dirname(npm), 'npx-cli.js');
  if (beside !== undefined && existsSync(beside)) {
    return { file: process.execPath, args: [beside], shell: false };
  }
  return process.platform === 'win32'
    ? { file: 'npx.cmd', args: [], shell: true }
    : { file: 'npx', args: [], shell: false };
}
