/** The exit codes of every command; `corral --help` lists them. */
export const EXIT = {
  ok: 0,
  /** Something that should have worked did not. */
  fault: 1,
  /** Wrong arguments or settings. */
  usage: 2,
  /** The controller could not be reached. */
  unreachable: 3,
  /** The controller refused: not found, conflict, not allowed. */
  refused: 4,
  /** The data folder or the port is in use. */
  inUse: 5,
  /** Ended by a second Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A failure that its message explains in full: shown as one line, without a stack. */
export class CliError extends Error {
  constructor(
    message: string,
    readonly exitCode: ExitCode,
    /** What to do next, as a sentence; absent where the message already says it. */
    readonly hint?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'CliError';
  }
}
