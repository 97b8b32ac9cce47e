'use client';
import { useEffect, type ReactNode } from 'react';
import { useTranslations } from 'next-intl';
import { Button } from '../../../components/button';
import { useFailureText } from '../../../components/failure-text';
import { Notice } from '../../../components/notice';
import { Splash } from '../../../components/splash';
import { ApiFailureError } from '../../../lib/query-client';
import { useGoToSignIn } from '../use-go-to-sign-in';
import { useSession } from '../use-session';

/** Shows its children to whoever is signed in; everyone else is taken to the sign-in page. */
export function SignedInOnly({ children }: { children: ReactNode }) {
  const t = useTranslations('failure');
  const failureText = useFailureText();
  const session = useSession();
  const goToSignIn = useGoToSignIn();
  const signedOut = session.data === null;

  useEffect(() => {
    if (signedOut) goToSignIn();
  }, [signedOut, goToSignIn]);

  if (session.data) return children;
  if (!session.isError) return <Splash />;
  const failure =
    session.error instanceof ApiFailureError
      ? session.error.failure
      : ({ kind: 'unreachable' } as const);
  return (
    <main className="mx-auto grid min-h-dvh max-w-md place-items-center px-4">
      <Notice tone="failed" role="alert">
        <p>{failureText(failure)}</p>
        <Button
          className="mt-3"
          onClick={() => void session.refetch()}
          disabled={session.isFetching}
        >
          {t('retry')}
        </Button>
      </Notice>
    </main>
  );
}
