/**
 * One long-running child process: started, watched, started again when it crashes, and stopped.
 * What to do after a crash is decided in {@link decideAfterCrash}; here it is carried out.
 *
 * Children run in a process group of their own. A Ctrl-C in the terminal therefore reaches Corral
 * alone, which then stops them in order; without that all would end at once and in no order.
 */
import type { ChildProcess } from 'node:child_process';
import { askToEnd, endOf, timeOut } from './child-end.js';
import type { LogFile } from './log-file.js';
import { killGroup } from './process-identity.js';
import { decideAfterCrash } from './supervision.pure.js';

export interface ProcessSpec {
  /** Names it in records and as a log file: `nats`. */
  name: string;
  /** As the reader knows it: `NATS server`. */
  title: string;
  /** Spawns it detached, with standard output and standard error piped. */
  spawn: () => ChildProcess;
  /** Recognises, in a line that it wrote or a message that it sent, that it serves. */
  isReady: (sign: { line: string } | { message: unknown }) => boolean;
  startTimeoutMs: number;
  /** Asks it to end; by `SIGTERM` unless given. */
  stop?: (child: ChildProcess) => void;
  /** The signal that `stop` amounts to, for the guardian. Default: `SIGTERM`. */
  stopSignal?: NodeJS.Signals;
  /** After this it is killed. */
  stopTimeoutMs: number;
  onMessage?: (message: unknown) => void;
  /** Why it is about to end for good, when it says so: it is not started again. Null: it does not. */
  farewellOf?: (message: unknown) => string | null;
}

/** Told of each process while it runs. */
export interface ProcessRecords {
  add(name: string, pid: number, stopSignal: NodeJS.Signals): void;
  remove(pid: number): void;
}

interface Surroundings {
  log: LogFile;
  registry: ProcessRecords;
  warn: (text: string) => void;
  /** It ended for good, or crashed too often and was given up. */
  onGivenUp: (reason: string) => void;
}

const TAIL_LINES = 12;

/** It ended or stayed silent before it was ready. */
export class StartFailed extends Error {
  constructor(
    title: string,
    reason: string,
    readonly logTail: string[],
    readonly logPath: string,
  ) {
    super(`${title} did not start: ${reason}.`);
    this.name = 'StartFailed';
  }
}

export class SupervisedProcess {
  private child: ChildProcess | undefined;
  private crashes: number[] = [];
  private stopping = false;
  private farewell: string | null = null;
  private restartTimer: NodeJS.Timeout | undefined;
  private ended: Promise<void> = Promise.resolve();

  constructor(
    private readonly spec: ProcessSpec,
    private readonly around: Surroundings,
  ) {}

  /** Resolves when it serves. Throws {@link StartFailed}; it is not started again then. */
  async start(): Promise<void> {
    await this.launch();
  }

  /** Ends it: first by asking, after `stopTimeoutMs` by force. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.restartTimer);
    const { child } = this;
    if (child === undefined) return;
    (this.spec.stop ?? askToEnd)(child);
    const force = setTimeout(() => {
      this.around.warn(`${this.spec.title} did not end in time and was killed.`);
      this.kill();
    }, this.spec.stopTimeoutMs);
    await this.ended;
    clearTimeout(force);
  }

  /** Ends it and whatever it started at once. */
  kill(): void {
    const pid = this.child?.pid;
    if (pid !== undefined) killGroup(pid);
  }

  private async launch(): Promise<void> {
    const { log, registry } = this.around;
    const { name, title, stopSignal = 'SIGTERM', startTimeoutMs } = this.spec;
    const child = this.spec.spawn();
    this.child = child;
    if (child.pid !== undefined) registry.add(name, child.pid, stopSignal);
    const end = endOf(child);
    this.ended = end.then(() => {
      if (this.child === child) this.child = undefined;
      if (child.pid !== undefined) registry.remove(child.pid);
    });

    const failure = await Promise.race([this.readySign(child), end, timeOut(startTimeoutMs)]);
    if (failure !== null) {
      this.kill();
      await this.ended;
      throw new StartFailed(title, failure, log.tail(TAIL_LINES), log.path);
    }
    void end.then((how) => this.crashed(how));
  }

  /** Null once it serves. Follows its output and messages as long as it lives. */
  private readySign(child: ChildProcess): Promise<null> {
    return new Promise((resolve) => {
      const onOutput = (text: string): void => {
        for (const line of this.around.log.append(text)) {
          if (this.spec.isReady({ line })) resolve(null);
        }
      };
      child.stdout?.setEncoding('utf8').on('data', onOutput);
      child.stderr?.setEncoding('utf8').on('data', onOutput);
      child.on('message', (message) => {
        this.spec.onMessage?.(message);
        this.farewell ??= this.spec.farewellOf?.(message) ?? null;
        if (this.spec.isReady({ message })) resolve(null);
      });
    });
  }

  private crashed(how: string): void {
    if (this.stopping) return;
    if (this.farewell !== null) return this.around.onGivenUp(this.farewell);
    const decision = decideAfterCrash(this.crashes, performance.now());
    this.crashes = decision.crashes;
    if (decision.action === 'give_up') {
      this.around.onGivenUp(
        `${this.spec.title} ended ${decision.crashes.length} times within a minute (${how}). Its log: ${this.around.log.path}`,
      );
      return;
    }
    const pauseS = decision.delayMs / 1000;
    this.around.warn(
      `${this.spec.title} ended unexpectedly (${how}); starting it again in ${pauseS} s.`,
    );
    this.restartTimer = setTimeout(() => this.restart(), decision.delayMs);
  }

  private restart(): void {
    const again = async (): Promise<void> => {
      try {
        await this.launch();
        this.around.warn(`${this.spec.title} is running again.`);
      } catch (error) {
        this.crashed((error as Error).message);
      }
    };
    void again();
  }
}
