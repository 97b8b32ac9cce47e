import type { Command } from 'commander';
import type { DeploymentView } from '@corral/contracts/http';
import { CliError, EXIT } from '../../cli-error.js';
import { declaredOf } from '../../documents/declared.pure.js';
import { deploymentsYaml } from '../../documents/write-document.js';
import { adminClient, withClientOptions, type Flags } from '../command-context.js';

const EXAMPLES = `
Examples:
  corral export > deployments.yaml
  corral export coder chat
  corral export --json | jq .deployments`;

export function addExport(program: Command): void {
  withClientOptions(program.command('export [names...]'))
    .description('write deployments as a file that `corral apply` takes')
    .addHelpText('after', EXAMPLES)
    .action(async (names: string[], flags: Flags) => {
      const views = chosen(await adminClient(flags).deployments(), names);
      const text = flags.json
        ? `${JSON.stringify({ apiVersion: 'corral/v1', deployments: views.map(declaredOf) })}\n`
        : deploymentsYaml(views);
      process.stdout.write(text);
    });
}

/** All where none is named. Throws {@link CliError} for one that is not there. */
function chosen(all: readonly DeploymentView[], names: readonly string[]): DeploymentView[] {
  if (names.length === 0) return [...all];
  return names.map((wanted) => {
    const found = all.find(({ name }) => name === wanted);
    if (found !== undefined) return found;
    throw new CliError(
      `There is no deployment '${wanted}'.`,
      EXIT.refused,
      '`corral deployments` lists those that there are.',
    );
  });
}
