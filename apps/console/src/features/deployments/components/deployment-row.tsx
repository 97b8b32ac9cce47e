'use client';
import type { DeploymentView } from '@corral/contracts/http';
import { useTranslations } from 'next-intl';
import { ProgressBar } from '../../../components/figures/progress-bar';
import { SlotCells } from '../../../components/figures/slot-cells';
import { StateBadge } from '../../../components/figures/state-badge';
import { formatCount } from '../../../lib/format-rate';
import { DEPLOYMENT_LOOKS } from '../state-looks';

const CELL = 'px-4 py-3 align-top first:pl-4 last:pr-4 sm:first:pl-5 sm:last:pr-5';
/** Columns that a phone has no room for; the row says the same under its name. */
const WIDE_CELL = `${CELL} hidden md:table-cell`;

/** One deployment, and under it why it is not ready. */
export function DeploymentRow({
  deployment,
  stale,
}: {
  deployment: DeploymentView;
  stale: boolean;
}) {
  const t = useTranslations('deployments');
  const look = DEPLOYMENT_LOOKS[deployment.state];
  const state = t(`states.${deployment.state}`);
  const replicas = t('readyOf', {
    ready: deployment.readyReplicas,
    desired: deployment.desiredReplicas,
  });
  return (
    <>
      <tr className="border-t border-line">
        <th scope="row" className={`${CELL} w-full max-w-0 md:w-[32%] text-left font-normal`}>
          <DeploymentName deployment={deployment} replicas={replicas} />
        </th>
        <td className={CELL}>
          <div className="flex flex-col items-end gap-1.5 md:items-start">
            <StateBadge look={stale ? { ...look, tone: 'idle' } : look} word={state} />
            {deployment.state === 'loading' && (
              <ProgressBar progress={deployment.progress} label={state} />
            )}
          </div>
        </td>
        <td className={`${WIDE_CELL} whitespace-nowrap tabular-nums`}>{replicas}</td>
        <td className={WIDE_CELL}>
          <DeploymentSlots deployment={deployment} />
        </td>
        <td className={`${WIDE_CELL} text-right tabular-nums`}>{formatCount(deployment.queued)}</td>
      </tr>
      {deployment.failure && (
        <tr>
          <td
            colSpan={5}
            className={`px-4 pb-3 text-[0.8125rem] wrap-anywhere sm:px-5 ${deployment.state === 'failed' ? 'text-failed' : 'text-muted'}`}
          >
            {deployment.failure.message}
          </td>
        </tr>
      )}
    </>
  );
}

/** Its name and model, and on a phone what the other columns would say. */
function DeploymentName({
  deployment,
  replicas,
}: {
  deployment: DeploymentView;
  replicas: string;
}) {
  const t = useTranslations('deployments');
  const tReplica = useTranslations('replica');
  return (
    <>
      <p className="truncate font-medium" title={deployment.name}>
        {deployment.name}
      </p>
      <p className="truncate text-xs text-muted" title={deployment.modelName}>
        {deployment.modelName} · {t('revision', { revision: deployment.revision })}
      </p>
      <p className="mt-1 text-xs text-muted tabular-nums md:hidden">
        {replicas} ·{' '}
        {tReplica('slotsShort', { active: deployment.activeSlots, total: deployment.slots })}
        {deployment.queued > 0 &&
          ` · ${tReplica('queued', { count: formatCount(deployment.queued) })}`}
      </p>
    </>
  );
}

/** Its slots over all replicas, and how much each can hold. */
function DeploymentSlots({ deployment }: { deployment: DeploymentView }) {
  const t = useTranslations('replica');
  const slots = { active: deployment.activeSlots, total: deployment.slots };
  return (
    <>
      {slots.total === 0 ? (
        <p className="text-muted">–</p>
      ) : (
        <div className="flex min-h-5 items-center gap-3">
          <SlotCells {...slots} label={t('slots', slots)} />
          <span aria-hidden className="text-xs whitespace-nowrap text-muted tabular-nums">
            {slots.active}/{slots.total}
          </span>
        </div>
      )}
      {deployment.contextTokens !== null && (
        <p className="text-xs whitespace-nowrap text-muted tabular-nums">
          {t('context', { tokens: formatCount(deployment.contextTokens) })}
        </p>
      )}
    </>
  );
}
