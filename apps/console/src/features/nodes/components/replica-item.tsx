'use client';
import { useTranslations } from 'next-intl';
import { ProgressBar } from '../../../components/figures/progress-bar';
import { SlotCells } from '../../../components/figures/slot-cells';
import { StateBadge } from '../../../components/figures/state-badge';
import { formatBytes } from '../../../lib/format-bytes';
import { formatCount } from '../../../lib/format-rate';
import { REPLICA_LOOKS, type ReplicaView } from '../state-looks';

/** One replica: whose it is, how it is, its slots, and what it costs the machine. */
export function ReplicaItem({ replica }: { replica: ReplicaView }) {
  const t = useTranslations('replica');
  const look = REPLICA_LOOKS[replica.state];
  const slots = { active: replica.activeSlots, total: replica.slots };
  return (
    <li className="py-3 first:pt-0 last:pb-0">
      <div className="flex items-center gap-3">
        <span className="min-w-0 truncate font-medium" title={replica.deployment}>
          {replica.deployment}
        </span>
        {look.spins && (
          <ProgressBar progress={replica.progress} label={t(`states.${replica.state}`)} />
        )}
        <span className="ml-auto">
          <StateBadge look={look} word={t(`states.${replica.state}`)} />
        </span>
      </div>
      {replica.slots > 0 && (
        <div className="mt-2 flex items-center gap-3">
          <SlotCells {...slots} label={t('slots', slots)} />
          <span aria-hidden className="ml-auto shrink-0 text-xs text-muted tabular-nums">
            {t('slotsShort', slots)}
            {replica.queued > 0 && ` · ${t('queued', { count: replica.queued })}`}
          </span>
        </div>
      )}
      <ReplicaFacts replica={replica} />
      {replica.failure && (
        <p
          className={`mt-1.5 text-[0.8125rem] wrap-anywhere ${replica.state === 'failed' ? 'text-failed' : 'text-muted'}`}
        >
          {replica.failure.message}
        </p>
      )}
    </li>
  );
}

/** The small print: context, memory, threads, API, restarts; only what is known. */
function ReplicaFacts({ replica }: { replica: ReplicaView }) {
  const t = useTranslations('replica');
  const facts = [
    replica.contextTokens > 0 && t('context', { tokens: formatCount(replica.contextTokens) }),
    replica.memoryBytes > 0 && t('memory', { amount: formatBytes(replica.memoryBytes) }),
    replica.threads !== null && t('threads', { count: replica.threads }),
    replica.engineApi !== null && t(`api.${replica.engineApi}`),
    replica.restarts > 0 && t('restarts', { count: replica.restarts }),
  ].filter((fact) => fact !== false);
  if (facts.length === 0) return null;
  return <p className="mt-2 text-xs text-muted tabular-nums">{facts.join(' · ')}</p>;
}
