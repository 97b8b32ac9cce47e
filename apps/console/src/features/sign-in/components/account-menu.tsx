'use client';
import LogOut from 'lucide-react/icons/log-out';
import UserRound from 'lucide-react/icons/user-round';
import { useTranslations } from 'next-intl';
import { Button } from '../../../components/actions/button';
import { Popover } from '../../../components/actions/popover';
import { PreferencesControls } from '../../../components/page/preferences-controls';
import { useSignedIn } from '../signed-in';
import { useSignOut } from '../use-sign-out';

/** Who is signed in, how the console looks, and the way out. */
export function AccountMenu() {
  const t = useTranslations();
  const { email, role, teamName } = useSignedIn();
  const leaving = useSignOut();

  return (
    <Popover label={t('preferences.open')} face={<UserRound className="size-4" aria-hidden />}>
      <div className="flex flex-col gap-4">
        <div>
          <p className="text-xs text-muted">{t('preferences.signedInAs')}</p>
          <p className="truncate font-medium" title={email}>
            {email}
          </p>
          <p className="truncate text-xs text-muted" title={teamName}>
            {t(`roles.${role}`)} · {teamName}
          </p>
        </div>
        <PreferencesControls />
        <Button onClick={() => leaving.mutate()} disabled={leaving.isPending}>
          <LogOut className="size-4" aria-hidden />
          {t('preferences.signOut')}
        </Button>
        {leaving.isError && (
          <p role="alert" className="text-[0.8125rem] text-failed">
            {t('preferences.signOutFailed')}
          </p>
        )}
      </div>
    </Popover>
  );
}
