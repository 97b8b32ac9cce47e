/** A look at a server of the user's own before anything is started on it, for a clear answer. */
import { connect } from 'node:net';
import { CliError, EXIT } from '../cli-error.js';

const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Resolves when something listens at one of the addresses.
 *
 * @param variable that named them, for the message
 * @param urls separated by commas
 * @param defaultPort where a URL names none
 * @throws {CliError} with the system's reason when none answers
 */
export async function requireServer(
  variable: string,
  urls: string,
  defaultPort: number,
): Promise<void> {
  const reasons: string[] = [];
  for (const url of urls.split(',')) {
    const { hostname, port } = new URL(url.trim());
    const reason = await connectionProblem(hostname, port === '' ? defaultPort : Number(port));
    if (reason === null) return;
    reasons.push(`${hostname}:${port || defaultPort} (${reason})`);
  }
  throw new CliError(
    `Nothing answers at ${reasons.join(', ')}.`,
    EXIT.unreachable,
    `Start that server, or unset ${variable} to let Corral start its own.`,
  );
}

function connectionProblem(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_TIMEOUT_MS });
    const end = (problem: string | null): void => {
      socket.destroy();
      resolve(problem);
    };
    socket.once('connect', () => end(null));
    socket.once('timeout', () => end(`no answer within ${CONNECT_TIMEOUT_MS / 1000} s`));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}
