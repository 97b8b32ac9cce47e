'use client';
import { useTranslations } from 'next-intl';
import { ConnectCard } from '../../features/connect/components/connect-card';
import { DeploymentTable } from '../../features/deployments/components/deployment-table';
import { NodeList } from '../../features/nodes/components/node-list';
import { LoadTiles } from '../../features/overview/components/load-tiles';
import { OverviewNotices } from '../../features/overview/components/overview-notices';
import { OverviewSkeleton } from '../../features/overview/components/overview-skeleton';
import { useLiveOverview } from '../../features/overview/live-overview';

/** Is it fine, and what is it doing? */
export function OverviewPage() {
  const t = useTranslations();
  const { overview, liveness, ageMs, failure } = useLiveOverview();
  const stale = liveness === 'stale';
  return (
    <div className="flex flex-col gap-5 sm:gap-6">
      <div>
        <h1 className="text-xl font-semibold tracking-tight">{t('app.overview')}</h1>
        <p className="min-h-5 text-[0.8125rem] text-muted">
          {overview &&
            t('cluster.counts', {
              nodes: overview.nodes.length,
              deployments: overview.deployments.length,
              version: overview.version,
            })}
        </p>
      </div>
      <OverviewNotices />
      {overview === null && failure === null && <OverviewSkeleton />}
      {overview !== null && (
        <>
          <LoadTiles rates={overview.rates} />
          <div className="mt-2 grid grid-cols-[minmax(0,1fr)] items-start gap-8 xl:grid-cols-[minmax(0,1fr)_27rem]">
            <div className="flex min-w-0 flex-col gap-8">
              <DeploymentTable deployments={overview.deployments} stale={stale} />
              <NodeList nodes={overview.nodes} ageMs={ageMs} stale={stale} />
            </div>
            <div className="xl:sticky xl:top-20">
              <ConnectCard model={overview.deployments[0]?.name ?? null} keyOwner={null} />
            </div>
          </div>
        </>
      )}
    </div>
  );
}
