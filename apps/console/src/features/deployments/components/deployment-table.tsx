'use client';
import type { DeploymentView } from '@corral/contracts/http';
import Boxes from 'lucide-react/icons/boxes';
import { useTranslations } from 'next-intl';
import { Card } from '../../../components/page/card';
import { EmptyState } from '../../../components/page/empty-state';
import { Section } from '../../../components/page/section';
import { DeploymentRow } from './deployment-row';

const HEAD = 'px-4 py-2.5 font-medium first:pl-4 last:pr-4 sm:first:pl-5 sm:last:pr-5';
const WIDE_HEAD = `${HEAD} hidden md:table-cell`;

export interface DeploymentTableProps {
  deployments: readonly DeploymentView[];
  /** The sample is too old to say how they are now. */
  stale: boolean;
}

/** What clients can call. */
export function DeploymentTable({ deployments, stale }: DeploymentTableProps) {
  const t = useTranslations('deployments');
  return (
    <Section title={t('title')} count={deployments.length}>
      {deployments.length === 0 ? (
        <EmptyState
          icon={Boxes}
          title={t('emptyTitle')}
          body={t('emptyBody')}
          commands={[
            'corral models import /path/to/model.gguf',
            'corral deploy model.gguf --name my-model',
          ]}
        />
      ) : (
        <Card className="overflow-hidden">
          <table className="w-full border-collapse text-left">
            <caption className="sr-only">{t('caption')}</caption>
            <thead className="text-xs text-muted">
              <tr>
                <th scope="col" className={HEAD}>
                  {t('name')}
                </th>
                <th scope="col" className={`${HEAD} text-right md:text-left`}>
                  {t('state')}
                </th>
                <th scope="col" className={WIDE_HEAD}>
                  {t('replicas')}
                </th>
                <th scope="col" className={WIDE_HEAD}>
                  {t('slots')}
                </th>
                <th scope="col" className={`${WIDE_HEAD} text-right`}>
                  {t('queue')}
                </th>
              </tr>
            </thead>
            <tbody>
              {deployments.map((deployment) => (
                <DeploymentRow key={deployment.id} deployment={deployment} stale={stale} />
              ))}
            </tbody>
          </table>
        </Card>
      )}
    </Section>
  );
}
