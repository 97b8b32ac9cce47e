'use client';
import { seesCluster } from '../../features/sign-in/sees-cluster';
import { useSignedIn } from '../../features/sign-in/signed-in';
import { MemberPage } from './member-page';
import { OverviewPage } from './overview-page';

/** The first page: the cluster to who may see it, the own account to everyone else. */
export default function HomePage() {
  const { role, ...person } = useSignedIn();
  return seesCluster(role) ? <OverviewPage /> : <MemberPage {...person} role={role} />;
}
