/** Where Corral listens, and under which address it is reached on this machine. */
import { bracketed, isWildcardHost } from '@corral/contracts';
import { CliError, EXIT } from '../cli-error.js';
import { portProblem } from './free-port.js';

interface ListenAddress {
  host: string;
  port: number;
}

/** Throws {@link CliError} when the port cannot be listened on, before anything is started. */
export async function requirePort({ port, host }: ListenAddress): Promise<void> {
  const problem = await portProblem(port, host);
  if (problem === null) return;
  if (problem === 'EADDRINUSE') {
    throw new CliError(
      `Port ${port} is in use by another program.`,
      EXIT.inUse,
      'Choose another with --port or CORRAL_PORT.',
    );
  }
  throw new CliError(
    `Cannot listen on ${host} port ${port} (${problem}).`,
    EXIT.usage,
    'Choose others with --host (CORRAL_HOST) and --port (CORRAL_PORT).',
  );
}

/** `http://…` without a slash at the end. */
export function urlOf({ host, port }: ListenAddress): string {
  return `http://${typable(host)}:${port}`;
}

/** An address to type, on this machine, for one to listen on. */
export function typable(host: string): string {
  return isWildcardHost(host) ? '127.0.0.1' : bracketed(host);
}
