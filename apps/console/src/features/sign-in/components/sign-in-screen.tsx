'use client';
import { useEffect } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { BrandMark } from '../../../components/brand-mark';
import { Card } from '../../../components/card';
import { PreferencesControls } from '../../../components/preferences-controls';
import { safeNextPath } from '../../../lib/safe-next-path';
import { SESSION_KEY, useSession } from '../use-session';
import { SignInForm } from './sign-in-form';

/** The whole sign-in page. Whoever is signed in already goes straight on. */
export function SignInScreen() {
  const t = useTranslations('signIn');
  const router = useRouter();
  const queryClient = useQueryClient();
  const signedIn = Boolean(useSession().data);

  useEffect(() => {
    if (!signedIn) return;
    router.replace(safeNextPath(new URLSearchParams(window.location.search).get('next')));
  }, [signedIn, router]);

  return (
    <div className="flex min-h-dvh flex-col items-center px-4 py-8">
      <main className="my-auto w-full max-w-[23rem]">
        <div className="mb-6 flex flex-col items-center text-center">
          <BrandMark className="size-11" />
          <h1 className="mt-4 text-xl font-semibold tracking-tight">{t('title')}</h1>
          <p className="mt-1 text-muted">{t('lead')}</p>
        </div>
        <Card className="p-6">
          <SignInForm
            onSignedIn={() => void queryClient.invalidateQueries({ queryKey: SESSION_KEY })}
          />
        </Card>
        <p className="mt-5 px-2 text-center text-[0.8125rem] text-muted">
          {t.rich('hint', {
            code: (chunks) => (
              <code className="rounded-sm bg-sunken px-1 py-0.5 font-mono text-xs whitespace-nowrap text-ink">
                {chunks}
              </code>
            ),
          })}
        </p>
      </main>
      <footer className="mt-8 flex flex-wrap justify-center gap-3">
        <PreferencesControls legendsHidden />
      </footer>
    </div>
  );
}
