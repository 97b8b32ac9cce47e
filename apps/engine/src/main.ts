/**
 * The engine program.
 *
 *   engine                        serves the worker that forked it
 *   engine probe                  prints back end and video memory (EngineProbe)
 *   engine estimate FILE SPEC     prints the memory a load would need (EngineEstimate), or
 *                                 {"failure":…} with exit code 1
 */
import { serve } from './ipc/serve.js';
import { estimate, probe } from './short-modes.js';

const [mode, ...args] = process.argv.slice(2);

function print(value: unknown, exitCode: number): void {
  process.stdout.write(`${JSON.stringify(value)}\n`, () => process.exit(exitCode));
}

if (mode === undefined) {
  serve();
} else if (mode === 'probe') {
  print(await probe(), 0);
} else if (mode === 'estimate' && args[0] !== undefined) {
  const result = await estimate(args[0], args[1] ?? '{}');
  if (result.ok) print(result.estimate, 0);
  else print({ failure: result.failure }, 1);
} else {
  process.stderr.write('usage: engine [probe | estimate FILE SPEC_JSON]\n');
  process.exit(2);
}
