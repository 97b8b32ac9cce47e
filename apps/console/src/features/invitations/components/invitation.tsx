'use client';
import { useState } from 'react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { Card } from '../../../components/page/card';
import { Notice } from '../../../components/page/notice';
import { couldBeToken } from '../invitation-entry.pure';
import { InvitationForm } from './invitation-form';

export interface InvitationProps {
  /** Of the link; null: it had none. */
  token: string | null;
  onAccepted: (email: string) => void;
}

/** The form of an invitation, or why there is none. */
export function Invitation({ token, onAccepted }: InvitationProps) {
  const t = useTranslations('invitation');
  const [refused, setRefused] = useState<'notValid' | 'hasAccount' | null>(null);
  if (couldBeToken(token) && refused === null) {
    return (
      <Card className="p-6">
        <InvitationForm token={token} onAccepted={onAccepted} onRefused={setRefused} />
      </Card>
    );
  }
  const why = refused ?? (token === null ? 'incomplete' : 'notValid');
  return (
    <>
      <Notice tone={why === 'hasAccount' ? 'warn' : 'failed'} role="alert" title={t(`${why}Title`)}>
        {t(why)}
      </Notice>
      <p className="mt-5 text-center">
        <Link href="/sign-in" className="font-medium text-accent underline underline-offset-4">
          {t('toSignIn')}
        </Link>
      </p>
    </>
  );
}
