'use client';
import KeyRound from 'lucide-react/icons/key-round';
import type { SignInOptions } from '@corral/contracts/http';
import { useTranslations } from 'next-intl';

/** Leaves for the provider of single sign-on. A link that the browser follows, never prefetches. */
export function SignOnButton({ name, url }: NonNullable<SignInOptions['oidc']>) {
  const t = useTranslations('signIn');
  return (
    <a
      href={url}
      className="flex h-10 items-center justify-center gap-2 rounded-lg border border-line bg-surface px-3 text-sm font-medium transition-colors hover:bg-sunken"
    >
      <KeyRound className="size-4 shrink-0 text-muted" aria-hidden />
      <span className="truncate">{t('signOnWith', { name })}</span>
    </a>
  );
}
