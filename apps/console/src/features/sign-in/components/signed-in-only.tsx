'use client';
import { useEffect, type ReactNode } from 'react';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { BrandMark } from '../../../components/page/brand-mark';
import { Button } from '../../../components/actions/button';
import { useFailureText } from '../../../components/forms/failure-text';
import { Notice } from '../../../components/page/notice';
import { Splash } from '../../../components/page/splash';
import type { ApiFailure } from '../../../lib/api-client';
import { ApiFailureError } from '../../../lib/query-client';
import { signInPath } from '../../../lib/safe-next-path';
import { SignedInContext } from '../signed-in';
import { useForgetSession } from '../use-forget-session';
import { useMe } from '../use-me';
import { useSession } from '../use-session';

/** Shows its children to whoever is signed in; everyone else is taken to the sign-in page. */
export function SignedInOnly({ children }: { children: ReactNode }) {
  const t = useTranslations('failure');
  const failureText = useFailureText();
  const session = useSession();
  const me = useMe(session.data?.user.email ?? null);
  const forgetSession = useForgetSession();
  const router = useRouter();
  const signedOut = session.data === null;
  const failing = session.isError ? session : me.isError ? me : null;
  const failure = failing === null ? null : failureOf(failing.error);
  const ended = failure?.kind === 'unauthorized';

  useEffect(() => {
    // It ended, or its person was disabled, between the two questions.
    if (ended) forgetSession();
  }, [ended, forgetSession]);
  useEffect(() => {
    if (!signedOut) return;
    const { pathname, search } = window.location;
    router.replace(signInPath(`${pathname}${search}`));
  }, [signedOut, router]);

  if (session.data && me.data) return <SignedInContext value={me.data}>{children}</SignedInContext>;
  if (failing === null || failure === null || ended) return <Splash />;
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col items-center justify-center gap-4 px-4">
      <BrandMark className="size-10" />
      <h1 className="text-xl font-semibold tracking-tight">{t('title')}</h1>
      <Notice tone="failed" role="alert">
        <p>{failureText(failure)}</p>
        <Button
          className="mt-3"
          onClick={() => void failing.refetch()}
          disabled={failing.isFetching}
        >
          {t('retry')}
        </Button>
      </Notice>
    </main>
  );
}

function failureOf(error: Error | null): ApiFailure {
  return error instanceof ApiFailureError ? error.failure : { kind: 'unreachable' };
}
