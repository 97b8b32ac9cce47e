import type { UsageBucket, UsageGroup, UsageReport, UsageSums } from '@corral/contracts/http';
import { formatCount, formatDay, formatDollars, formatMinute } from '../../output/figures.js';
import { table } from '../../output/table.js';

const SUMS = [
  'REQUESTS',
  'FAILED',
  'CANCELLED',
  'PROMPT',
  'CACHED',
  'COMPLETION',
  'COST',
  'CLOUD',
  'AVOIDED',
];

/** The report for a person: its range, a line for each bucket and group, and the total. */
export function usageText(report: UsageReport, by: UsageGroup, bucket: UsageBucket): string {
  const range = `From ${formatMinute(report.from)} to ${formatMinute(report.to)}`;
  if (report.data.length === 0) return `${range}: no requests.`;
  const headings = [
    ...(bucket === 'none' ? [] : [bucket.toUpperCase()]),
    ...(by === 'none' ? [] : [by.toUpperCase()]),
  ];
  const rows = report.data.map((row) => [
    ...(bucket === 'none' ? [] : [bucketText(row.bucketStart, bucket)]),
    ...(by === 'none' ? [] : [row.group?.name ?? 'none']),
    ...sumCells(row),
  ]);
  const total =
    headings.length === 0
      ? []
      : [[...headings.map((_, i) => (i === 0 ? 'total' : '')), ...sumCells(report.total)]];
  return `${range}, tokens and dollars:\n\n${table([...headings, ...SUMS], [...rows, ...total], '', SUMS)}`;
}

function sumCells(sums: UsageSums): string[] {
  return [
    formatCount(sums.requests),
    formatCount(sums.failed),
    formatCount(sums.cancelled),
    formatCount(sums.promptTokens),
    formatCount(sums.cachedTokens),
    formatCount(sums.completionTokens),
    formatDollars(sums.localMicrodollars),
    ...(sums.comparedRequests === 0
      ? ['-', '-']
      : [formatDollars(sums.cloudMicrodollars), formatDollars(sums.avoidedMicrodollars)]),
  ];
}

function bucketText(start: string | null, bucket: UsageBucket): string {
  if (start === null) return '';
  if (bucket === 'hour') return formatMinute(start);
  return bucket === 'day' ? formatDay(start) : start.slice(0, 7);
}
