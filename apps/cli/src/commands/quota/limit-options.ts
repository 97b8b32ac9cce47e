/** Limits as options of a command, and the options' values as the API wants them. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  PRIORITIES,
  prioritySchema,
  type Priority,
  type UpdateLimits,
} from '@corral/contracts/http';
import { gathered, NONE, orNone } from '../../arguments/amount.js';
import { AMOUNT_LIMITS, type AmountFlags } from './limits.js';

export interface LimitFlags extends AmountFlags {
  allowModel?: string[];
  allModels?: true;
  priority?: Priority | typeof NONE;
}

export const LIMIT_HELP = `
Amounts are whole numbers such as 500, 10k or 1.5m; dollars are written without a $ sign; "none"
takes a limit away, and 0 lets nothing through. Days, weeks and months are those of UTC.`;

export function withLimitOptions(command: Command): Command {
  for (const { label, parse } of AMOUNT_LIMITS) {
    const flag = label.replaceAll(' ', '-');
    command.option(`--${flag} <n>`, `${describe(label)}, or "none"`, orNone(parse));
  }
  return command
    .option(
      '--allow-model <name>',
      'a deployment that may be asked, and no other; give it several times for several',
      gathered((name: string) => name),
    )
    .addOption(new Option('--all-models', 'any deployment may be asked').conflicts('allowModel'))
    .option('--priority <class>', `${PRIORITIES.join(', ')}, or "none"`, orNone(priorityClass))
    .addHelpText('after', LIMIT_HELP);
}

/** What the flags set; undefined: nothing. */
export function limitsOf(flags: LimitFlags): UpdateLimits | undefined {
  const limits: UpdateLimits = {};
  for (const { field, flag } of AMOUNT_LIMITS) {
    const value = flags[flag];
    if (value !== undefined) limits[field] = value === NONE ? null : value;
  }
  if (flags.allowModel !== undefined) limits.allowedModels = flags.allowModel;
  if (flags.allModels) limits.allowedModels = null;
  const priority = flags.priority;
  if (priority !== undefined) limits.priority = priority === NONE ? null : priority;
  return Object.keys(limits).length === 0 ? undefined : limits;
}

function priorityClass(text: string): Priority {
  const known = prioritySchema.safeParse(text);
  if (known.success) return known.data;
  throw new InvalidArgumentError(`It is one of ${PRIORITIES.join(', ')}.`);
}

function describe(label: string): string {
  return label.startsWith('max ') ? `${label} of one request in tokens` : label;
}
