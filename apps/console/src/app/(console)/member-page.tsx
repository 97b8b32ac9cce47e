'use client';
import { useTranslations } from 'next-intl';
import { useFailureText } from '../../components/forms/failure-text';
import { Notice } from '../../components/page/notice';
import { ConnectCard } from '../../features/connect/components/connect-card';
import { useDeployments } from '../../features/deployments/use-deployments';
import {
  IdentityCard,
  type IdentityCardProps,
} from '../../features/member/components/identity-card';
import { ApiFailureError } from '../../lib/query-client';

/** For who uses the cluster and does not run it: who they are here, and how to connect. */
export function MemberPage({ name, email, role, teamName }: IdentityCardProps) {
  const t = useTranslations('member');
  const failureText = useFailureText();
  const deployments = useDeployments();
  return (
    <div className="flex flex-col gap-5 sm:gap-6">
      <div>
        <h1 className="text-xl font-semibold tracking-tight">{t('welcome', { name })}</h1>
        <p className="text-[0.8125rem] text-muted">{t('lead')}</p>
      </div>
      {deployments.error instanceof ApiFailureError && (
        <Notice tone="failed" role="alert">
          {failureText(deployments.error.failure)}
        </Notice>
      )}
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-8 lg:grid-cols-[minmax(0,20rem)_minmax(0,34rem)]">
        <IdentityCard name={name} email={email} role={role} teamName={teamName} />
        {!deployments.isPending && (
          <ConnectCard model={deployments.data?.[0]?.name ?? null} keyOwner={email} />
        )}
      </div>
    </div>
  );
}
