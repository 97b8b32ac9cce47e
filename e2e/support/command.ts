/** A `corral` command as a person runs it on some machine, and all that it wrote. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const CLI = resolve(import.meta.dirname, '../../apps/cli/bin/corral.mjs');

export class Command {
  /** Of both pipes. */
  output = '';
  private readonly ended: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    for (const pipe of [child.stdout, child.stderr]) {
      pipe?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
    this.ended = once(child, 'close');
  }

  static run(env: Record<string, string>, ...args: string[]): Command {
    return Command.runOn([], env, ...args);
  }

  /** @param launcher what goes before the command, to run it on another machine */
  static runOn(launcher: readonly string[], env: Record<string, string>, ...args: string[]) {
    const [program = '', ...rest] = [...launcher, process.execPath, CLI, ...args];
    const child = spawn(program, rest, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Command(child);
  }

  /** Its exit code, once it has ended. */
  async end(): Promise<number | null> {
    await this.ended;
    return this.child.exitCode;
  }

  /** Ctrl-C. */
  async stop(): Promise<void> {
    this.child.kill('SIGINT');
    await this.ended;
  }
}
