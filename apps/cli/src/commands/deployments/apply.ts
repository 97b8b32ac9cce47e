import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Option, type Command } from 'commander';
import type { RolloutStrategy } from '@corral/contracts/http';
import { Refusal } from '../../admin/call-failures.js';
import { gathered } from '../../arguments/amount.js';
import { CliError, EXIT } from '../../cli-error.js';
import { readDocuments, type SourceFile } from '../../documents/read-documents.js';
import { applyText } from './apply-text.pure.js';
import { adminClient, print, withClientOptions, type Flags } from '../command-context.js';

interface ApplyFlags extends Flags {
  file: string[];
  dryRun?: boolean;
  prune?: boolean;
  strategy?: RolloutStrategy['method'];
}

const HELP = `
Examples:
  corral export > deployments.yaml
  corral apply -f deployments.yaml --dry-run
  corral apply -f deployments.yaml
  corral apply -f gpu.yaml -f cpu.yaml --prune

A file looks so; what is left out has its default:
  apiVersion: corral/v1
  deployments:
    - name: coder
      model: qwen3-coder-q4_k_m.gguf   # file name, or the beginning of its SHA-256
      aliases: [gpt-4o]
      minReplicas: 1                   # or a fixed number as replicas
      maxReplicas: 4
      idleTimeoutS: 600
      placement: { nodeLabels: { zone: office }, deviceKind: cuda, strategy: spread }
      spec: { slots: 8, contextTokens: 16384 }

Everything is done, or nothing.`;

export function addApply(program: Command): void {
  withClientOptions(program.command('apply'))
    .description('make deployments what files declare')
    .requiredOption(
      '-f, --file <file>',
      'YAML or JSON, "-" for standard input; several times for several',
      gathered((name: string) => name),
    )
    .option('--dry-run', 'only show what would be done, and where it would be loaded')
    .option('--prune', 'remove every deployment that the files do not declare')
    .addOption(
      new Option('--strategy <method>', 'how new revisions follow old ones').choices([
        'surge',
        'drain_and_swap',
      ]),
    )
    .addHelpText('after', HELP)
    .action(apply);
}

async function apply({ file, dryRun = false, prune = false, ...flags }: ApplyFlags): Promise<void> {
  const strategy = { method: flags.strategy };
  const sources = await Promise.all([...new Set(file)].map(sourceOf));
  const { documents, located } = readDocuments(sources);
  try {
    const plan = await adminClient(flags).apply({ documents, dryRun, prune, strategy });
    print(flags.json, plan, applyText(plan));
  } catch (error) {
    if (!(error instanceof Refusal) || error.param === null) throw error;
    throw new Refusal(located(error.param, error.message), error.param, error.hint);
  }
}

async function sourceOf(name: string): Promise<SourceFile> {
  if (name === '-') return { name: 'standard input', text: await text(process.stdin) };
  try {
    return { name, text: await readFile(name, 'utf8') };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(`${name} cannot be read: ${reason}`, EXIT.usage, undefined, { cause });
  }
}
