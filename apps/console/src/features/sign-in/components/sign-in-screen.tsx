'use client';
import { useEffect } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { Card } from '../../../components/page/card';
import { Entrance } from '../../../components/page/entrance';
import { Notice } from '../../../components/page/notice';
import { safeNextPath } from '../../../lib/safe-next-path';
import { useTakenParameter } from '../../../lib/use-taken-parameter';
import { useNewAccount } from '../new-account';
import { signOnProblemOf } from '../sign-on-problem';
import { SESSION_KEY, useSession } from '../use-session';
import { useSignInOptions } from '../use-sign-in-options';
import { SignInForm } from './sign-in-form';
import { SignOnButton } from './sign-on-button';

/** The whole sign-in page. Whoever is signed in already goes straight on. */
export function SignInScreen() {
  const t = useTranslations('signIn');
  const router = useRouter();
  const queryClient = useQueryClient();
  const signedIn = Boolean(useSession().data);
  const { password, oidc } = useSignInOptions();
  const newAccount = useNewAccount();
  const signOnProblem = signOnProblemOf(useTakenParameter('error'));

  useEffect(() => {
    if (!signedIn) return;
    router.replace(safeNextPath(new URLSearchParams(window.location.search).get('next')));
  }, [signedIn, router]);

  return (
    <Entrance title={t('title')} lead={t('lead')}>
      <div className="mb-4 flex flex-col gap-3 empty:hidden">
        {newAccount !== null && (
          <Notice tone="ok" title={t('accountReady')}>
            {t('accountReadyBody')}
          </Notice>
        )}
        {signOnProblem !== null && (
          <Notice tone="failed" role="alert" title={t('signOnFailed')}>
            {t(`signOnProblems.${signOnProblem}`)}
          </Notice>
        )}
      </div>
      <Card className="flex flex-col gap-4 p-6">
        {password && (
          <SignInForm
            initialEmail={newAccount ?? ''}
            onSignedIn={() => void queryClient.invalidateQueries({ queryKey: SESSION_KEY })}
          />
        )}
        {password && oidc !== null && (
          <p className="flex items-center gap-3 text-xs text-muted before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
            {t('or')}
          </p>
        )}
        {oidc !== null && <SignOnButton {...oidc} />}
      </Card>
      {newAccount === null && <FirstStartHint />}
    </Entrance>
  );
}

/** Where the first admin finds the password; nobody who was invited needs to know. */
function FirstStartHint() {
  const t = useTranslations('signIn');
  return (
    <p className="mt-5 px-2 text-center text-[0.8125rem] text-muted">
      {t.rich('hint', {
        code: (chunks) => (
          <code className="rounded-sm bg-sunken px-1 py-0.5 font-mono text-xs whitespace-nowrap text-ink">
            {chunks}
          </code>
        ),
      })}
    </p>
  );
}
