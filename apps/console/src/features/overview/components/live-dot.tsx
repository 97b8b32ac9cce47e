'use client';
import { useTranslations } from 'next-intl';
import { formatAge } from '../../../lib/format-duration';
import type { Liveness } from '../../../lib/liveness';
import { useLiveOverview } from '../live-overview';

/** Shape as well as colour: filled while live, a ring while not. */
const DOTS: Record<Liveness, string> = {
  live: 'bg-ok',
  connecting: 'border-2 border-idle animate-pulse',
  reconnecting: 'border-2 border-warn animate-pulse',
  stale: 'border-2 border-warn',
};

/** Whether the figures move with the cluster. */
export function LiveDot() {
  const t = useTranslations('live');
  const { liveness, ageMs } = useLiveOverview();
  return (
    <span className="inline-flex items-center gap-1.5 text-[0.8125rem] whitespace-nowrap text-muted">
      <span aria-hidden className={`size-2 rounded-full ${DOTS[liveness]}`} />
      <span aria-live="polite">{t(liveness)}</span>
      {liveness === 'stale' && (
        <span className="hidden tabular-nums sm:inline">{formatAge(ageMs)}</span>
      )}
    </span>
  );
}
