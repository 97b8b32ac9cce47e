'use client';
import { useTranslations } from 'next-intl';
import { useFailureText } from '../../../components/forms/failure-text';
import { Notice } from '../../../components/page/notice';
import { formatAge } from '../../../lib/format-duration';
import { useLiveOverview } from '../live-overview';

/** What keeps the page from being taken at its word: old figures, a failed call, the cluster's problems. */
export function OverviewNotices() {
  const t = useTranslations();
  const failureText = useFailureText();
  const { overview, liveness, ageMs, failure } = useLiveOverview();
  const problems = overview?.problems ?? [];
  return (
    <div className="flex flex-col gap-3 empty:hidden">
      {liveness === 'stale' && (
        <Notice tone="warn">
          <p>{t('live.staleNotice', { age: formatAge(ageMs) })}</p>
          {failure && <p className="text-muted">{failureText(failure)}</p>}
        </Notice>
      )}
      {liveness !== 'stale' && failure && (overview === null || failure.kind === 'unreadable') && (
        <Notice tone="failed" role="alert">
          <p>{failureText(failure)}</p>
          <p className="text-muted">{t('failure.retrying')}</p>
        </Notice>
      )}
      {problems.length > 0 && (
        <Notice
          tone={overview?.status === 'down' ? 'failed' : 'warn'}
          title={t('cluster.attention')}
        >
          <ul className="mt-1 space-y-0.5">
            {problems.map((problem) => (
              <li key={problem} className="wrap-anywhere">
                {problem}
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </div>
  );
}
