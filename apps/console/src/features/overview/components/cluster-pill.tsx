'use client';
import type { Overview } from '@corral/contracts/http';
import CircleCheck from 'lucide-react/icons/circle-check';
import CircleX from 'lucide-react/icons/circle-x';
import TriangleAlert from 'lucide-react/icons/triangle-alert';
import { useTranslations } from 'next-intl';
import { StateBadge, type StateLook } from '../../../components/figures/state-badge';
import { formatAge } from '../../../lib/format-duration';
import { useLiveOverview } from '../live-overview';

const LOOKS: Record<Overview['status'], StateLook> = {
  ready: { tone: 'ok', icon: CircleCheck },
  degraded: { tone: 'warn', icon: TriangleAlert },
  down: { tone: 'failed', icon: CircleX },
};

/** Is it fine? With its age, and without colour, when nobody knows any more. */
export function ClusterPill() {
  const t = useTranslations('cluster');
  const { overview, liveness, ageMs } = useLiveOverview();
  if (overview === null) return null;
  const state = t(`states.${overview.status}`);
  const look = LOOKS[overview.status];
  return (
    <span role="status" aria-label={`${t('label')}: ${state}`}>
      {liveness === 'stale' ? (
        <StateBadge
          shape="pill"
          look={{ ...look, tone: 'idle' }}
          word={t('lastKnown', { state, age: formatAge(ageMs) })}
        />
      ) : (
        <StateBadge shape="pill" look={look} word={state} />
      )}
    </span>
  );
}
