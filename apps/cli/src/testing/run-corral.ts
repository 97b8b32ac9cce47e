/** Runs a command in the spec's own process, and gives what it printed. */
import { CommanderError } from 'commander';
import { CliError } from '../cli-error.js';
import { createProgram } from '../program.js';
import { TOKEN, type AdminServer } from './admin-server.js';

export interface Ran {
  /** Of standard output; without the last line's end. */
  output: string;
  /** What commander or the command threw; undefined: it went through. */
  error: CliError | CommanderError | undefined;
}

export async function runCorral(server: AdminServer, ...args: string[]): Promise<Ran> {
  const write = process.stdout.write.bind(process.stdout);
  const writeError = process.stderr.write.bind(process.stderr);
  let output = '';
  process.stdout.write = (
    piece: string | Uint8Array,
    ...rest: (string | (() => void) | undefined)[]
  ): boolean => {
    output += typeof piece === 'string' ? piece : Buffer.from(piece).toString();
    for (const done of rest) if (typeof done === 'function') done();
    return true;
  };
  process.stderr.write = () => true;
  try {
    const where = ['--url', server.url, '--token', TOKEN];
    await createProgram('1.2.3').parseAsync(['node', 'corral', ...args, ...where]);
    return { output: output.trimEnd(), error: undefined };
  } catch (error) {
    if (!(error instanceof CliError || error instanceof CommanderError)) throw error;
    return { output: output.trimEnd(), error };
  } finally {
    process.stdout.write = write;
    process.stderr.write = writeError;
  }
}
