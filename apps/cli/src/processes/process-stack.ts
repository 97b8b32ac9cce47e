/**
 * The processes of one Corral in the order of their start. They are stopped in the opposite order,
 * so that none loses what it stands on before it has ended itself.
 */
import type { LogFile } from './log-file.js';
import { SupervisedProcess, type ProcessRecords, type ProcessSpec } from './supervised-process.js';

interface Reports {
  warn: (text: string) => void;
  onGivenUp: (reason: string) => void;
}

export class ProcessStack {
  private readonly processes: SupervisedProcess[] = [];

  constructor(
    private readonly registry: ProcessRecords,
    private readonly reports: Reports,
  ) {}

  get isEmpty(): boolean {
    return this.processes.length === 0;
  }

  /** Puts a process on top; it runs once its `start` is called. */
  push(spec: ProcessSpec, log: LogFile): SupervisedProcess {
    const added = new SupervisedProcess(spec, { log, registry: this.registry, ...this.reports });
    this.processes.push(added);
    return added;
  }

  /** Resolves when all are gone. */
  async stop(): Promise<void> {
    for (const entry of this.processes.toReversed()) await entry.stop();
  }

  /** Ends all at once. */
  kill(): void {
    for (const entry of this.processes) entry.kill();
  }
}
