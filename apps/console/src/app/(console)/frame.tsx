'use client';
import type { ReactNode } from 'react';
import { useTranslations } from 'next-intl';
import { CONTENT_ID, SkipLink } from '../../components/page/skip-link';
import { TopBar } from '../../components/page/top-bar';
import { ClusterPill } from '../../features/overview/components/cluster-pill';
import { LiveDot } from '../../features/overview/components/live-dot';
import { LiveOverviewProvider } from '../../features/overview/live-overview';
import { AccountMenu } from '../../features/sign-in/components/account-menu';
import { seesCluster } from '../../features/sign-in/sees-cluster';
import { useSignedIn } from '../../features/sign-in/signed-in';
import { useForgetSession } from '../../features/sign-in/use-forget-session';

/**
 * The bar at the top and the content; for those who may see the cluster with one live feed, which
 * the controller would refuse to everyone else.
 */
export function Frame({ children }: { children: ReactNode }) {
  const t = useTranslations();
  const { role } = useSignedIn();
  const forgetSession = useForgetSession();
  if (!seesCluster(role)) {
    return (
      <>
        <SkipLink />
        <TopBar page={t('member.account')}>
          <AccountMenu />
        </TopBar>
        <Content>{children}</Content>
      </>
    );
  }
  return (
    <LiveOverviewProvider onUnauthorized={forgetSession}>
      <SkipLink />
      <TopBar page={t('app.overview')}>
        <ClusterPill />
        <LiveDot />
        <AccountMenu />
      </TopBar>
      <Content>{children}</Content>
    </LiveOverviewProvider>
  );
}

function Content({ children }: { children: ReactNode }) {
  return (
    <main
      id={CONTENT_ID}
      tabIndex={-1}
      className="mx-auto max-w-[86rem] px-4 pt-6 pb-16 outline-none sm:px-6 sm:pt-8"
    >
      {children}
    </main>
  );
}
