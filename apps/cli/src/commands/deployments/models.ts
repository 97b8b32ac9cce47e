import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ModelView } from '@corral/contracts/http';
import { followImport } from '../../admin/follow.js';
import { formatBytes, table } from '../../output/table.js';
import {
  adminClient,
  print,
  reporterFor,
  withClientOptions,
  type Flags,
} from '../command-context.js';

/** Files of hundreds of gigabytes are copied and hashed. */
const IMPORT_TIMEOUT_MS = 6 * 60 * 60 * 1000;

const EXAMPLES = `
Examples:
  corral models import ./qwen3-8b-q4_k_m.gguf
  corral models import /mnt/models/llama.gguf --node gpu-1
  corral models list`;

export function addModels(program: Command): void {
  const models = program
    .command('models')
    .description('import and list model files')
    .addHelpText('after', EXAMPLES);

  withClientOptions(models.command('import <path>'))
    .description("copy a GGUF file of a node's own disk into its store")
    .option('--node <id>', 'the node; not needed when there is one')
    .action(async (path: string, flags: Flags & { node?: string }) => {
      const client = adminClient(flags);
      const model = await reporterFor(flags.json, process.stderr).step(
        `Importing ${path}`,
        async (detail) => {
          const { importId } = await client.importModel(resolve(path), flags.node);
          return followImport(client, importId, { detail, timeoutMs: IMPORT_TIMEOUT_MS });
        },
      );
      const next = `Deploy it: corral deploy ${model.digest?.slice(0, 12)} --name NAME`;
      print(flags.json, model, `${model.fileName}  ${model.digest}\n${next}`);
    });

  withClientOptions(models.command('list'))
    .description("list the models in the nodes' stores")
    .action(async (flags: Flags) => {
      const all = await adminClient(flags).models();
      print(flags.json, all, modelTable(all));
    });
}

/** A node that is getting the file: `node-b (fetching 42 %)`, with the reason where it stands still. */
function fetchText({ nodeId, progress, failure }: ModelView['fetches'][number]): string {
  const reason = failure === null ? '' : `: ${failure.message}`;
  return `${nodeId} (fetching ${Math.floor(progress * 100)} %${reason})`;
}

function modelTable(models: ModelView[]): string {
  return table(
    ['FILE', 'DIGEST', 'SIZE', 'STATE', 'ARCHITECTURE', 'QUANTIZATION', 'NODES'],
    models.map((model) => [
      model.fileName,
      model.digest?.slice(0, 12) ?? '',
      formatBytes(model.sizeBytes),
      model.failure === null ? model.state : `${model.state}: ${model.failure.message}`,
      model.facts?.architecture ?? '',
      model.facts?.quantization ?? '',
      [...model.nodeIds, ...model.fetches.map(fetchText)].join(', '),
    ]),
    'No models. `corral models import PATH` adds one.',
  );
}
