/** A limit that is reached, in words, and when trying again makes sense. Pure. */
import type { Failure } from '@corral/contracts';
import type { QuotaMetric, QuotaSubjectKind, QuotaWindow } from '@corral/contracts/http';
import type { QuotaCounterRef } from './quota-counters.pure.js';

export interface Refusal {
  failure: Failure;
  /** Null: a budget, which is of no use to wait for with a request in hand. */
  retryAfterMs: number | null;
}

const WHOSE: Record<QuotaSubjectKind, string> = {
  organisation: 'your organisation',
  team: 'your team',
  user: 'your account',
  key: 'this API key',
};
const UNIT: Record<QuotaMetric, string> = {
  requests: 'requests',
  tokens: 'tokens',
  concurrent_requests: 'requests at the same time',
  microdollars: 'dollars',
};
const PER: Record<QuotaWindow, string> = {
  now: '',
  minute: ' per minute',
  day: ' per day',
  week: ' per week',
  month: ' per month',
};
/** A place among the requests under way may become free any moment. */
const CONCURRENCY_RETRY_MS = 1_000;

export function refusalOf(counter: QuotaCounterRef, now: Date): Refusal {
  const { metric, window, limit, subject, resetsAt } = counter;
  const amount = metric === 'microdollars' ? dollars(limit) : limit.toLocaleString('en-US');
  const what = `The limit of ${amount} ${UNIT[metric]}${PER[window]} of ${WHOSE[subject.kind]}`;
  if (window === 'now') {
    return {
      failure: {
        code: 'rate_limit_exceeded',
        message: `${what} is reached. Wait for one of them to end.`,
      },
      retryAfterMs: CONCURRENCY_RETRY_MS,
    };
  }
  const waitMs = Math.max(0, (resetsAt ?? now).getTime() - now.getTime());
  if (window === 'minute') {
    return {
      failure: {
        code: 'rate_limit_exceeded',
        message: `${what} is reached. It resets in ${Math.ceil(waitMs / 1000)} s.`,
      },
      retryAfterMs: waitMs,
    };
  }
  return {
    failure: {
      code: 'insufficient_quota',
      message: `${what} is used up, or what is left is too little for this request. It resets at ${resetsAt?.toISOString() ?? ''}; an admin can raise it.`,
    },
    retryAfterMs: null,
  };
}

/** The limit could not be looked up: the database is away, and nothing is known of it here. */
export function unknownLimit({ metric, window, subject }: QuotaCounterRef): Refusal {
  return {
    failure: {
      code: 'dependency_unavailable',
      message: `The database is away, and what is left of the ${UNIT[metric]}${PER[window]} of ${WHOSE[subject.kind]} is not known here. Try again shortly.`,
    },
    retryAfterMs: 5_000,
  };
}

function dollars(microdollars: number): string {
  return (microdollars / 1_000_000).toFixed(2);
}
