/**
 * A statement as CSV: one line per person, key and deployment. Microdollars are whole numbers;
 * `local_usd` is the same sum in dollars, to the last digit. Text that a spreadsheet would take for
 * a formula (a key may be called `=…`) is quoted away; numbers are left as they are.
 */
import { stringify } from 'csv-stringify/sync';
import type { Statement } from '@corral/contracts/http';

const COLUMNS = [
  'month',
  'team_id',
  'team',
  'user_id',
  'user_email',
  'key_id',
  'key',
  'deployment',
  'requests',
  'prompt_tokens',
  'cached_tokens',
  'completion_tokens',
  'device_ms',
  'local_microdollars',
  'local_usd',
  'compared_microdollars',
  'cloud_microdollars',
  'avoided_microdollars',
];

export function statementCsv({ month, team, lines }: Statement): string {
  const rows = lines.map(({ sums, ...line }) => [
    month,
    team.id,
    team.name,
    line.userId,
    line.userEmail,
    line.keyId,
    line.keyName,
    line.deployment,
    sums.requests,
    sums.promptTokens,
    sums.cachedTokens,
    sums.completionTokens,
    sums.deviceMs,
    sums.localMicrodollars,
    dollars(sums.localMicrodollars),
    sums.comparedMicrodollars,
    sums.cloudMicrodollars,
    sums.avoidedMicrodollars,
  ]);
  return stringify(rows, {
    header: true,
    columns: COLUMNS,
    escape_formulas: true,
    cast: { number: (value) => ({ value: String(value), escape_formulas: false }) },
  });
}

/** With six decimals. @param microdollars 0 or more */
function dollars(microdollars: number): string {
  const cents = String(microdollars % 1_000_000).padStart(6, '0');
  return `${Math.floor(microdollars / 1_000_000)}.${cents}`;
}
