'use client';
import { useId } from 'react';
import type { NodeView } from '@corral/contracts/http';
import { useTranslations } from 'next-intl';
import { Card } from '../../../components/page/card';
import { StateBadge } from '../../../components/figures/state-badge';
import { formatAge } from '../../../lib/format-duration';
import { NODE_LOOKS } from '../state-looks';
import { DeviceMemory } from './device-memory';
import { ReplicaItem } from './replica-item';

export interface NodeCardProps {
  node: NodeView;
  /** Age of the sample that `node` is from: its silence has grown by as much. */
  ageMs: number;
  /** The sample is too old to say how the node is now. */
  stale: boolean;
}

/** One machine: its memory on the left, what runs on it on the right where there is room. */
export function NodeCard({ node, ageMs, stale }: NodeCardProps) {
  const t = useTranslations('nodes');
  const headingId = useId();
  const look = NODE_LOOKS[node.state];
  return (
    <Card className="@container">
      <article aria-labelledby={headingId}>
        <header className="flex flex-wrap items-start gap-x-3 gap-y-1 border-b border-line px-4 py-3 sm:px-5">
          <div className="min-w-0">
            <h3 id={headingId} className="truncate font-semibold" title={node.id}>
              {node.name}
            </h3>
            <NodeFacts node={node} />
          </div>
          <div className="ml-auto flex flex-col items-end">
            <StateBadge
              look={stale ? { ...look, tone: 'idle' } : look}
              word={t(`states.${node.state}`)}
            />
            <span className="text-xs text-muted tabular-nums">
              <LastSeen silentMs={node.silentMs === null ? null : node.silentMs + ageMs} />
            </span>
          </div>
        </header>
        <div className="grid gap-5 px-4 py-4 sm:px-5 @2xl:grid-cols-2 @2xl:gap-8">
          <div className="flex min-w-0 flex-col gap-4">
            <h4 className="text-xs font-medium text-muted">{t('memory')}</h4>
            {node.devices.length === 0 && <p className="text-muted">{t('noDevices')}</p>}
            {node.devices.map((device) => (
              <DeviceMemory key={device.id} device={device} />
            ))}
          </div>
          <div className="min-w-0">
            <h4 className="mb-4 text-xs font-medium text-muted">{t('replicas')}</h4>
            {node.replicas.length === 0 ? (
              <p className="text-muted">{t('noReplicas')}</p>
            ) : (
              <ul className="divide-y divide-line">
                {node.replicas.map((replica) => (
                  <ReplicaItem key={replica.replicaId} replica={replica} />
                ))}
              </ul>
            )}
          </div>
        </div>
      </article>
    </Card>
  );
}

/** Two samples a second apart must not make every node's age flicker between 0 and 1. */
const JUST_NOW_MS = 3_000;

function LastSeen({ silentMs }: { silentMs: number | null }) {
  const t = useTranslations('nodes');
  if (silentMs === null) return t('neverSeen');
  return silentMs < JUST_NOW_MS ? t('seenNow') : t('seen', { age: formatAge(silentMs) });
}

/** Node's names for the systems, as their users know them. */
const SYSTEM_NAMES: Readonly<Record<string, string>> = {
  linux: 'Linux',
  darwin: 'macOS',
  win32: 'Windows',
};

function NodeFacts({ node }: { node: NodeView }) {
  const t = useTranslations('nodes');
  const { platform, version } = node;
  const facts = [
    ...(platform
      ? [
          `${SYSTEM_NAMES[platform.os] ?? platform.os} ${platform.arch}`,
          t('cores', { count: platform.cores }),
        ]
      : []),
    ...(version === null ? [] : [t('version', { version })]),
  ];
  return <p className="text-xs text-muted">{facts.join(' · ')}</p>;
}
