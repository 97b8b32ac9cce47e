import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { EXIT } from './cli-error.js';
import { reporterFor, reportFailure } from './commands/command-context.js';
import { createProgram } from './program.js';

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string };

// A reader that goes away (`corral status | head -1`) is no fault.
process.stdout.on('error', () => undefined);

try {
  await createProgram(version).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed it; help and version come this way too, with code 0.
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  } else {
    const json = process.argv.includes('--json');
    process.exitCode = reportFailure(error, reporterFor(json, process.stderr));
  }
}
