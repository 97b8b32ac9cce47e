'use client';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { Entrance } from '../../components/page/entrance';
import { Invitation } from '../../features/invitations/components/invitation';
import { SignedOutOnly } from '../../features/sign-in/components/signed-out-only';
import { useAnnounceAccount } from '../../features/sign-in/new-account';
import { useTakenParameter } from '../../lib/use-taken-parameter';

/** Where an invitation's link leads: from here to an account, and on to signing in with it. */
export default function AcceptInvitationPage() {
  const t = useTranslations('invitation');
  const router = useRouter();
  const announceAccount = useAnnounceAccount();
  const token = useTakenParameter('token');
  return (
    <Entrance title={t('title')} lead={t('lead')}>
      <SignedOutOnly>
        <Invitation
          token={token}
          onAccepted={(email) => {
            announceAccount(email);
            router.replace('/sign-in');
          }}
        />
      </SignedOutOnly>
    </Entrance>
  );
}
