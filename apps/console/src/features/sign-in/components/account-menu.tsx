'use client';
import LogOut from 'lucide-react/icons/log-out';
import UserRound from 'lucide-react/icons/user-round';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { Button } from '../../../components/button';
import { Popover } from '../../../components/popover';
import { PreferencesControls } from '../../../components/preferences-controls';
import { valueOrThrow } from '../../../lib/query-client';
import { signOut } from '../api/sign-out';
import { useForgetSession } from '../use-forget-session';
import { useSession } from '../use-session';

/** Who is signed in, how the console looks, and the way out. */
export function AccountMenu() {
  const t = useTranslations('preferences');
  const email = useSession().data?.user.email ?? '';
  const forgetSession = useForgetSession();
  const leaving = useMutation({
    mutationFn: async () => valueOrThrow(await signOut()),
    onSuccess: forgetSession,
  });

  return (
    <Popover label={t('open')} face={<UserRound className="size-4" aria-hidden />}>
      <div className="flex flex-col gap-4">
        <div>
          <p className="text-xs text-muted">{t('signedInAs')}</p>
          <p className="truncate font-medium" title={email}>
            {email}
          </p>
        </div>
        <PreferencesControls />
        <Button onClick={() => leaving.mutate()} disabled={leaving.isPending}>
          <LogOut className="size-4" aria-hidden />
          {t('signOut')}
        </Button>
        {leaving.isError && (
          <p role="alert" className="text-[0.8125rem] text-failed">
            {t('signOutFailed')}
          </p>
        )}
      </div>
    </Popover>
  );
}
