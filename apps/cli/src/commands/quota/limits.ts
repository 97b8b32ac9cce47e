/** The limits that are amounts: how each is written, and shown. */
import type { Limits, QuotaMetric, QuotaWindow } from '@corral/contracts/http';
import { amount, positiveAmount, type NONE } from '../../arguments/amount.js';
import { dollars } from '../../arguments/money.js';
import { formatCount, formatDollars } from '../../output/figures.js';

type AmountFlag = number | typeof NONE;

/** As commander names the options of {@link AMOUNT_LIMITS}. */
export interface AmountFlags {
  requestsPerMinute?: AmountFlag;
  tokensPerMinute?: AmountFlag;
  concurrentRequests?: AmountFlag;
  tokensPerDay?: AmountFlag;
  tokensPerWeek?: AmountFlag;
  tokensPerMonth?: AmountFlag;
  /** Microdollars, as all money once it is read. */
  dollarsPerDay?: AmountFlag;
  dollarsPerWeek?: AmountFlag;
  dollarsPerMonth?: AmountFlag;
  maxContext?: AmountFlag;
  maxOutput?: AmountFlag;
}

export interface AmountLimit {
  field: Exclude<keyof Limits, 'allowedModels' | 'priority'>;
  flag: keyof AmountFlags;
  /** In the table, and with hyphens the option's name. */
  label: string;
  parse: (text: string) => number;
  format: (value: number) => string;
  /** What is counted against it; null: nothing is, it holds for each request alone. */
  counted: { metric: QuotaMetric; window: QuotaWindow } | null;
}

/** In the order of the help and the table. */
export const AMOUNT_LIMITS: readonly AmountLimit[] = [
  count('requestsPerMinute', 'requestsPerMinute', 'requests per minute', 'requests', 'minute'),
  count('tokensPerMinute', 'tokensPerMinute', 'tokens per minute', 'tokens', 'minute'),
  count(
    'concurrentRequests',
    'concurrentRequests',
    'concurrent requests',
    'concurrent_requests',
    'now',
  ),
  count('tokensPerDay', 'tokensPerDay', 'tokens per day', 'tokens', 'day'),
  count('tokensPerWeek', 'tokensPerWeek', 'tokens per week', 'tokens', 'week'),
  count('tokensPerMonth', 'tokensPerMonth', 'tokens per month', 'tokens', 'month'),
  money('microdollarsPerDay', 'dollarsPerDay', 'dollars per day', 'day'),
  money('microdollarsPerWeek', 'dollarsPerWeek', 'dollars per week', 'week'),
  money('microdollarsPerMonth', 'dollarsPerMonth', 'dollars per month', 'month'),
  ofOneRequest('maxContextTokens', 'maxContext', 'max context'),
  ofOneRequest('maxOutputTokens', 'maxOutput', 'max output'),
];

function count(
  field: AmountLimit['field'],
  flag: AmountLimit['flag'],
  label: string,
  metric: QuotaMetric,
  window: QuotaWindow,
): AmountLimit {
  return { field, flag, label, parse: amount, format: formatCount, counted: { metric, window } };
}

function money(
  field: AmountLimit['field'],
  flag: AmountLimit['flag'],
  label: string,
  window: QuotaWindow,
): AmountLimit {
  const counted = { metric: 'microdollars', window } as const;
  return { field, flag, label, parse: dollars, format: formatDollars, counted };
}

function ofOneRequest(
  field: AmountLimit['field'],
  flag: AmountLimit['flag'],
  label: string,
): AmountLimit {
  return { field, flag, label, parse: positiveAmount, format: formatCount, counted: null };
}
