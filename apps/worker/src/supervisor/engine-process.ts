/**
 * One engine child: forked with an allow-listed environment, spoken to over IPC, every message of
 * it parsed. It knows nothing of replicas; it tells its listener what it hears and when it ends.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { engineEventSchema, type EngineCommand, type EngineEvent } from '@corral/contracts';
import { isStopped } from '../hardware/process-use.pure.js';
import type { EngineLaunch } from './engine-launch.js';
import { LogTail } from './log-tail.js';

export interface EngineProcessListener {
  said(event: EngineEvent): void;
  /** A message that is none of the contract's; the reason quotes no content. */
  babbled(reason: string): void;
  /**
   * The process is gone; nothing more is heard of it.
   *
   * @param killed by another program or the system (for want of memory, say): by nothing that it did
   */
  ended(how: string, killed: boolean): void;
}

/** Signals that a program is sent; those of its own faults are others. */
const KILLING: ReadonlySet<NodeJS.Signals> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP']);

export class EngineProcess {
  private readonly child: ChildProcess;
  private readonly tail = new LogTail();
  private readonly exited: Promise<void>;
  private gone = false;

  constructor(
    entry: string,
    { launch, environment }: { launch: EngineLaunch; environment: Record<string, string> },
    private listener: EngineProcessListener | null,
  ) {
    this.child = fork(entry, [], {
      ...launch,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'json',
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => this.tail.append(chunk));
    }
    this.child.on('message', (message) => this.hear(message));
    this.exited = new Promise((resolve) => {
      this.child.once('error', (fault) => this.end(fault.message, false, resolve));
      this.child.once('exit', (code, signal) => {
        if (signal === null) this.end(`exit code ${code}`, false, resolve);
        else this.end(`signal ${signal}`, KILLING.has(signal), resolve);
      });
    });
  }

  get pid(): number | null {
    return this.child.pid ?? null;
  }

  /** False when the process can no longer be reached; its end is then about to be told. */
  send(command: EngineCommand): boolean {
    if (this.gone || !this.child.connected) return false;
    // The callback takes the error of a channel that closes at this moment; `ended` follows.
    this.child.send(command, () => undefined);
    return true;
  }

  lastLines(count: number): string[] {
    return this.tail.last(count);
  }

  /**
   * Another program has stopped it (SIGSTOP, or a debugger), so it is not to blame for its silence.
   * Linux alone says so; false elsewhere. Reads a line of /proc there.
   */
  isStopped(): boolean {
    if (process.platform !== 'linux') return false;
    try {
      return isStopped(readFileSync(`/proc/${this.pid}/stat`, 'utf8'));
    } catch {
      return false;
    }
  }

  /** Ends it at once and for certain; the listener is told. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** From here on nobody is told anything, and the process has `graceMs` to end by itself. */
  async retire(graceMs: number): Promise<void> {
    this.listener = null;
    this.send({ type: 'stop' });
    const killer = setTimeout(() => this.kill(), graceMs);
    await this.exited;
    clearTimeout(killer);
  }

  private hear(message: unknown): void {
    const event = engineEventSchema.safeParse(message);
    if (event.success) return this.listener?.said(event.data);
    const issue = event.error.issues[0];
    this.listener?.babbled(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
  }

  private end(how: string, killed: boolean, resolve: () => void): void {
    if (this.gone) return;
    this.gone = true;
    resolve();
    this.listener?.ended(how, killed);
  }
}
