'use client';
import { useRef, useState, type FormEvent } from 'react';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { FormFailure } from '../../../components/forms/form-failure';
import { PasswordField } from '../../../components/forms/password-field';
import { SubmitButton } from '../../../components/actions/submit-button';
import { TextField } from '../../../components/forms/text-field';
import { useThrottle } from '../../../lib/use-throttle';
import { acceptInvitation } from '../api/accept-invitation';
import { entryProblems, PASSWORD_LENGTH } from '../invitation-entry.pure';

export interface InvitationFormProps {
  token: string;
  /** The account is there. */
  onAccepted: (email: string) => void;
  /** The link leads nowhere, or its address has an account: trying again is of no use. */
  onRefused: (why: 'notValid' | 'hasAccount') => void;
}

/** Name and password of the account to be. */
export function InvitationForm({ token, onAccepted, onRefused }: InvitationFormProps) {
  const t = useTranslations('invitation');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [submitted, setSubmitted] = useState(false);
  const nameRef = useRef<HTMLInputElement>(null);
  const passwordRef = useRef<HTMLInputElement>(null);
  const { accept, failure, busy, secondsLeft } = useAcceptance({ onAccepted, onRefused });
  const problems = entryProblems(name, password);
  const shown = submitted ? problems : { name: null, password: null };

  function submit(event: FormEvent): void {
    event.preventDefault();
    setSubmitted(true);
    if (problems.name !== null) nameRef.current?.focus();
    else if (problems.password !== null) passwordRef.current?.focus();
    else if (!busy && secondsLeft === 0) accept({ token, name, password });
  }

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      {failure && !busy && <FormFailure failure={failure} waiting={secondsLeft > 0} />}
      <TextField
        ref={nameRef}
        label={t('name')}
        name="name"
        autoComplete="name"
        autoFocus
        value={name}
        onChange={(event) => setName(event.target.value)}
        problem={shown.name && t(shown.name)}
      />
      <PasswordField
        ref={passwordRef}
        label={t('password')}
        name="password"
        autoComplete="new-password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        hint={t('passwordHint', PASSWORD_LENGTH)}
        problem={shown.password && t(shown.password, PASSWORD_LENGTH)}
      />
      <SubmitButton
        label={t('submit')}
        busyLabel={t('submitting')}
        busy={busy}
        waitSeconds={secondsLeft}
      />
    </form>
  );
}

/** Sends the acceptance, and says how it stands. */
function useAcceptance({
  onAccepted,
  onRefused,
}: Pick<InvitationFormProps, 'onAccepted' | 'onRefused'>) {
  const throttle = useThrottle();

  const attempt = useMutation({
    mutationFn: acceptInvitation,
    onSuccess: (result) => {
      if (result.ok) return onAccepted(result.value.email);
      const { failure } = result;
      if (failure.kind === 'throttled') throttle.begin(failure.retryAfterSeconds);
      if (failure.kind === 'refused' && failure.status === 404) onRefused('notValid');
      if (failure.kind === 'refused' && failure.status === 409) onRefused('hasAccount');
    },
  });
  const failure = attempt.data?.ok === false ? attempt.data.failure : null;
  const busy = attempt.isPending || attempt.data?.ok === true;
  return { accept: attempt.mutate, failure, busy, secondsLeft: throttle.secondsLeft };
}
