import { saveTo, writeTo } from '../output/save.js';
import { formatBytes } from '../output/table.js';
import { print } from './command-context.js';

/** Sends a download to `--output`, which is then named, or to standard output, alone. */
export async function deliver(
  pieces: AsyncIterable<Uint8Array>,
  { json, output }: { json?: boolean; output?: string },
): Promise<void> {
  if (output === undefined) return writeTo(process.stdout, pieces);
  const bytes = await saveTo(output, pieces);
  print(json, { written: output, bytes }, `Wrote ${output}, ${formatBytes(bytes)}.`);
}
