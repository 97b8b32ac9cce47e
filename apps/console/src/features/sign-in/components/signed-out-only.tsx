'use client';
import type { ReactNode } from 'react';
import LogOut from 'lucide-react/icons/log-out';
import { useTranslations } from 'next-intl';
import { Button } from '../../../components/actions/button';
import { Notice } from '../../../components/page/notice';
import { useSession } from '../use-session';
import { useSignOut } from '../use-sign-out';

/** Shows its children to whoever is not signed in; everyone else is asked to sign out first. */
export function SignedOutOnly({ children }: { children: ReactNode }) {
  const t = useTranslations('preferences');
  const session = useSession();
  const leaving = useSignOut();
  if (session.isPending) return null;
  if (!session.data) return children;
  return (
    <Notice tone="warn" title={t('signedInAlready', { email: session.data.user.email })}>
      <p>{t('signOutFirst')}</p>
      <Button className="mt-3" onClick={() => leaving.mutate()} disabled={leaving.isPending}>
        <LogOut className="size-4" aria-hidden />
        {t('signOut')}
      </Button>
      {leaving.isError && (
        <p role="alert" className="mt-2 text-[0.8125rem] text-failed">
          {t('signOutFailed')}
        </p>
      )}
    </Notice>
  );
}
