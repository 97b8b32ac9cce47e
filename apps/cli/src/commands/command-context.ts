/** What every command shares: its output, and how a failure becomes a line and an exit code. */
import type { Command } from 'commander';
import { AdminClient } from '../admin/admin-client.js';
import { CliError, EXIT, type ExitCode } from '../cli-error.js';
import { clientConfig, type ClientFlags } from '../config/client-config.js';
import { printable } from '../output/printable.js';
import { JsonReporter } from '../output/json-reporter.js';
import type { Reporter } from '../output/reporter.js';
import { TextReporter } from '../output/text-reporter.js';
import { StartFailed } from '../processes/supervised-process.js';

/** The flags of {@link withClientOptions}. */
export type Flags = ClientFlags & { json?: boolean };

/** Progress goes to standard error, so that a command's result can be piped; `up` has no result. */
export function reporterFor(json: boolean | undefined, out: NodeJS.WriteStream): Reporter {
  const nowMs = (): number => performance.now();
  return json
    ? new JsonReporter((line) => process.stdout.write(line), nowMs)
    : new TextReporter(out, nowMs);
}

/** Shows a failure in one line (and the end of the log where that says more); gives the exit code. */
export function reportFailure(error: unknown, reporter: Reporter): ExitCode {
  if (error instanceof CliError) {
    reporter.failed(error.message, error.hint);
    return error.exitCode;
  }
  if (error instanceof StartFailed) {
    const tail = error.logTail.map((line) => `    ${line}`).join('\n');
    reporter.failed(error.message, `Its log ends so (${error.logPath}):\n${tail}`);
    return EXIT.fault;
  }
  if (isSystemError(error)) {
    reporter.failed(error.message);
    return EXIT.fault;
  }
  reporter.failed(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return EXIT.fault;
}

/** The system said no (`EACCES: permission denied, mkdir …`): its sentence says what and where. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

/** The options of every command that talks to a controller. */
export function withClientOptions(command: Command): Command {
  return command
    .option('--url <url>', 'controller (CORRAL_URL; default: the one running on the data folder)')
    .option('--token <token>', 'admin token (CORRAL_ADMIN_TOKEN; default: the data folder has it)')
    .option('--home <dir>', 'data folder (CORRAL_HOME; default: .corral)')
    .option('--json', 'print JSON');
}

export function adminClient(flags: ClientFlags): AdminClient {
  const { url, token } = clientConfig(flags);
  return new AdminClient(url, token);
}

/** Prints a command's result: JSON for scripts, `text` for a person. */
export function print(json: boolean | undefined, value: unknown, text: string): void {
  const lines = json ? JSON.stringify(value) : text.split('\n').map(printable).join('\n');
  process.stdout.write(`${lines}\n`);
}
