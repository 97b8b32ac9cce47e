'use client';
import type { ReactNode } from 'react';
import { CONTENT_ID, SkipLink } from '../../components/skip-link';
import { TopBar } from '../../components/top-bar';
import { ClusterPill } from '../../features/overview/components/cluster-pill';
import { LiveDot } from '../../features/overview/components/live-dot';
import { LiveOverviewProvider } from '../../features/overview/live-overview';
import { AccountMenu } from '../../features/sign-in/components/account-menu';
import { SignedInOnly } from '../../features/sign-in/components/signed-in-only';
import { useForgetSession } from '../../features/sign-in/use-forget-session';

/** The frame of every page behind the sign-in: one live feed, the bar at the top, the content. */
export default function ConsoleLayout({ children }: { children: ReactNode }) {
  const forgetSession = useForgetSession();
  return (
    <SignedInOnly>
      <LiveOverviewProvider onUnauthorized={forgetSession}>
        <SkipLink />
        <TopBar>
          <ClusterPill />
          <LiveDot />
          <AccountMenu />
        </TopBar>
        <main
          id={CONTENT_ID}
          tabIndex={-1}
          className="mx-auto max-w-[86rem] px-4 pt-6 pb-16 outline-none sm:px-6 sm:pt-8"
        >
          {children}
        </main>
      </LiveOverviewProvider>
    </SignedInOnly>
  );
}
