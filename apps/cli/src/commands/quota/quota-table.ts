import type { QuotaUse, QuotaView } from '@corral/contracts/http';
import { formatMinute } from '../../output/figures.js';
import { table } from '../../output/table.js';
import { AMOUNT_LIMITS, type AmountLimit } from './limits.js';

/** A line for each limit that is set, with what was used of it and what is left. */
export function quotaTable(quotas: readonly QuotaView[]): string {
  return table(
    ['OF', 'LIMIT', 'VALUE', 'USED', 'RESERVED', 'LEFT', 'RESETS'],
    quotas.flatMap((quota) => rowsOf(quota).map((row) => [subjectText(quota), ...row])),
    'No limits. `corral quota set SUBJECT` sets some.',
    ['VALUE', 'USED', 'RESERVED', 'LEFT'],
  );
}

function rowsOf(quota: QuotaView): string[][] {
  const { allowedModels, priority } = quota.limits;
  return [
    ...AMOUNT_LIMITS.flatMap((limit) => amountRow(limit, quota)),
    ...(allowedModels === null
      ? []
      : [['allowed models', allowedModels.length === 0 ? 'none' : allowedModels.join(', ')]]),
    ...(priority === null ? [] : [['priority', priority]]),
  ];
}

function amountRow(limit: AmountLimit, quota: QuotaView): string[][] {
  const value = quota.limits[limit.field];
  if (value === null) return [];
  const { label, format } = limit;
  const use = quota.use.find((candidate) => isUseOf(limit, candidate));
  if (use === undefined) return [[label, format(value)]];
  const left = Math.max(0, use.limit - use.used - use.reserved);
  return [
    [
      label,
      format(value),
      format(use.used),
      format(use.reserved),
      format(left),
      use.resetsAt === null ? '' : formatMinute(use.resetsAt),
    ],
  ];
}

function isUseOf({ counted }: AmountLimit, { metric, window }: QuotaUse): boolean {
  return counted !== null && counted.metric === metric && counted.window === window;
}

function subjectText({ subject: { kind, name } }: QuotaView): string {
  return kind === 'organisation' ? kind : `${kind}:${name}`;
}
