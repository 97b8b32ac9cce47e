/**
 * The engine program.
 *
 *   engine                        serves the worker that forked it
 *   engine probe                  prints back end and video memory (EngineProbe)
 *   engine estimate FILE SPEC     prints the memory a load would need here (EngineEstimate), or
 *                                 {"failure":…} with exit code 1
 *   engine estimate-model FILE SPEC     the same for any machine (ModelEstimate)
 */
import { serve } from './ipc/serve.js';
import { estimate, estimateAnywhere, probe } from './load/short-modes.js';

const [mode, ...args] = process.argv.slice(2);

function print(value: unknown, exitCode: number): void {
  process.stdout.write(`${JSON.stringify(value)}\n`, () => process.exit(exitCode));
}

if (mode === undefined) {
  serve();
} else if (mode === 'probe') {
  print(await probe(), 0);
} else if ((mode === 'estimate' || mode === 'estimate-model') && args[0] !== undefined) {
  const tell = mode === 'estimate' ? estimate : estimateAnywhere;
  const result = await tell(args[0], args[1] ?? '{}');
  if (result.ok) print(result.value, 0);
  else print({ failure: result.failure }, 1);
} else {
  process.stderr.write(
    'usage: engine [probe | estimate FILE SPEC_JSON | estimate-model FILE SPEC_JSON]\n',
  );
  process.exit(2);
}
