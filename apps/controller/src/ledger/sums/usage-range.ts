/** The range that a query asks for, in whole hours. */
import { FailureException } from '../../common/failure-exception.pure.js';
import { hourRange, type HourRange } from './cost-range.pure.js';

/** As {@link hourRange}. Throws `invalid_value`, which names the field, when there is none. */
export function usageRange(query: { from?: string; to?: string }, now: Date): HourRange {
  const range = hourRange(query, now);
  if (typeof range !== 'string') return range;
  throw new FailureException({ code: 'invalid_value', message: range, param: 'from' });
}
