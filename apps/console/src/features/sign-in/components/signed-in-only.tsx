'use client';
import { useEffect, type ReactNode } from 'react';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { BrandMark } from '../../../components/brand-mark';
import { Button } from '../../../components/button';
import { useFailureText } from '../../../components/failure-text';
import { Notice } from '../../../components/notice';
import { Splash } from '../../../components/splash';
import { ApiFailureError } from '../../../lib/query-client';
import { signInPath } from '../../../lib/safe-next-path';
import { useSession } from '../use-session';

/** Shows its children to whoever is signed in; everyone else is taken to the sign-in page. */
export function SignedInOnly({ children }: { children: ReactNode }) {
  const t = useTranslations('failure');
  const failureText = useFailureText();
  const session = useSession();
  const router = useRouter();
  const signedOut = session.data === null;

  useEffect(() => {
    if (!signedOut) return;
    const { pathname, search } = window.location;
    router.replace(signInPath(`${pathname}${search}`));
  }, [signedOut, router]);

  if (session.data) return children;
  if (!session.isError) return <Splash />;
  const failure =
    session.error instanceof ApiFailureError
      ? session.error.failure
      : ({ kind: 'unreachable' } as const);
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col items-center justify-center gap-4 px-4">
      <BrandMark className="size-10" />
      <h1 className="text-xl font-semibold tracking-tight">{t('title')}</h1>
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
