import { InvalidArgumentError, Option, type Command } from 'commander';
import { wholeNumber } from '../../arguments/amount.js';
import { assignments } from '../../arguments/assignment.js';
import { durationS } from '../../arguments/duration.js';
import { adminClient, print, withClientOptions, type Flags } from '../command-context.js';
import { followRollout } from './follow-rollout.js';
import { planTable, rolloutText } from './rollout-table.js';

interface StartFlags extends Flags {
  model?: string;
  set?: Record<string, unknown>;
  canary?: number[];
  bake?: number;
  maxUnavailable?: number;
  method?: 'surge' | 'drain_and_swap';
  deadline?: number;
  dryRun?: boolean;
  watch?: boolean;
}

const EXAMPLES = `
Examples:
  corral rollout start coder --model qwen3-coder-q5_k_m.gguf
  corral rollout start coder --set slots=8 --set contextTokens=16384 --canary 10,50 --bake 5m
  corral rollout start coder --set kvCacheType=q8_0 --max-unavailable 1 --dry-run

Without a canary the replicas are replaced one after the other. A revision that fails to load, or
whose requests fail more often or begin later than the old one's, is rolled back by itself.`;

export function addStart(rollout: Command): void {
  withClientOptions(rollout.command('start <deployment>'))
    .description('make a new revision and move to it')
    .option('--model <model>', "file name or digest (default: the present revision's)")
    .option('--set <field=value>', 'a setting of the replicas; several times', assignments)
    .option('--canary <percent,…>', 'share of the keys, step by step, such as 10,50', percents)
    .option('--bake <time>', 'how long each canary step is watched (default: 60s)', durationS)
    .option(
      '--max-unavailable <n>',
      'replicas that may be missing meanwhile (default: 0)',
      wholeNumber(0),
    )
    .addOption(
      new Option('--method <method>', 'the new beside the old, or in their place').choices([
        'surge',
        'drain_and_swap',
      ]),
    )
    .option(
      '--deadline <time>',
      'roll back when nothing moves for so long (default: 10m)',
      durationS,
    )
    .option('--dry-run', 'show what would be done, and do nothing')
    .option('--watch', 'until it has ended; fails when it is rolled back')
    .addHelpText('after', EXAMPLES)
    .action(start);
}

async function start(deployment: string, flags: StartFlags): Promise<void> {
  const { rollout, plan } = await adminClient(flags).rollouts.start({
    deployment,
    model: flags.model,
    spec: flags.set,
    dryRun: flags.dryRun ?? false,
    strategy: {
      method: flags.method,
      canarySteps: flags.canary,
      bakeS: flags.bake,
      maxUnavailable: flags.maxUnavailable,
      progressDeadlineS: flags.deadline,
    },
  });
  if (rollout === null) return print(flags.json, plan, planTable(plan));
  if (flags.watch) return followRollout(rollout, flags);
  print(flags.json, rollout, `${rolloutText(rollout)}\n${planTable(plan)}`);
}

function percents(text: string): number[] {
  const steps = text.split(',').map((step) => Number(step.trim().replace(/%$/, '')));
  const isRising = steps.every(
    (step, at) => Number.isInteger(step) && step > (steps[at - 1] ?? 0) && step < 100,
  );
  if (text.trim() !== '' && isRising) return steps;
  throw new InvalidArgumentError('They are rising whole numbers from 1 to 99, such as 10,50.');
}
