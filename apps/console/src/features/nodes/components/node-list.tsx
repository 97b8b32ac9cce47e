'use client';
import type { NodeView } from '@corral/contracts/http';
import Server from 'lucide-react/icons/server';
import { useTranslations } from 'next-intl';
import { EmptyState } from '../../../components/page/empty-state';
import { Section } from '../../../components/page/section';
import { NodeCard } from './node-card';

export interface NodeListProps {
  nodes: readonly NodeView[];
  /** Age of the sample. */
  ageMs: number;
  stale: boolean;
}

/** Every machine of the cluster; a single one gets the whole width. */
export function NodeList({ nodes, ageMs, stale }: NodeListProps) {
  const t = useTranslations('nodes');
  return (
    <Section title={t('title')} count={nodes.length}>
      {nodes.length === 0 ? (
        <EmptyState
          icon={Server}
          title={t('emptyTitle')}
          body={t('emptyBody')}
          commands={['corral worker start']}
        />
      ) : (
        <div className="grid gap-4 [&>*:only-child]:col-span-full lg:grid-cols-2">
          {nodes.map((node) => (
            <NodeCard key={node.id} node={node} ageMs={ageMs} stale={stale} />
          ))}
        </div>
      )}
    </Section>
  );
}
