/**
 * One process of a {@link Cluster}: a controller or a worker that a test may kill and start again,
 * as a supervisor would. It ends when the test's process does.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;

export interface MemberSettings {
  name: string;
  /** The built program. */
  main: string;
  env: Record<string, string>;
  /** What goes before the command, to run it somewhere else; empty: here. */
  launcher?: readonly string[];
  /** What it writes is appended here, over all its lives. */
  logFile: string;
}

export class MemberProcess {
  private child: ChildProcess | null = null;
  private serving = false;

  constructor(private readonly settings: MemberSettings) {}

  get name(): string {
    return this.settings.name;
  }

  /** It has said that it serves, and lives. */
  get isServing(): boolean {
    return this.serving;
  }

  /** Throws while there is no process. */
  get pid(): number {
    const pid = this.child?.pid;
    if (pid === undefined) throw new Error(`${this.name} does not run`);
    return pid;
  }

  /** Resolves when it serves. Throws with what it wrote when it does not come to it. */
  async start(): Promise<void> {
    const { main, env, logFile, launcher = [] } = this.settings;
    const log = openSync(logFile, 'a');
    const [execPath = process.execPath, ...execArgv] = [...launcher, process.execPath];
    const child = fork(main, [], {
      execPath,
      execArgv,
      env: { ...process.env, ...env },
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    this.child = child;
    child.once('exit', () => {
      if (this.child !== child) return;
      this.child = null;
      this.serving = false;
    });
    const ready = await readySign(child);
    if (ready) this.serving = this.child === child;
    else throw new Error(`${this.name} did not start:\n${await this.log()}`);
  }

  /** SIGKILL, as a power cut for this process alone. Resolves when it is gone. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.end('SIGTERM');
  }

  /** The last of what it wrote. */
  async log(): Promise<string> {
    return (await readFile(this.settings.logFile, 'utf8')).slice(-4_000);
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (child === null) return;
    this.serving = false;
    const exited = once(child, 'exit', { signal: AbortSignal.timeout(STOP_TIMEOUT_MS) });
    child.kill(signal);
    await exited.catch(() => child.kill('SIGKILL'));
  }
}

/** False when it ends, or says nothing in time. */
function readySign(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), START_TIMEOUT_MS);
    const settle = (ready: boolean): void => {
      clearTimeout(timer);
      resolve(ready);
    };
    child.once('exit', () => settle(false));
    child.on('message', (message) => {
      if ((message as { type?: unknown }).type === 'ready') settle(true);
    });
  });
}
