'use client';
import { useRef, useState, type FormEvent, type RefObject } from 'react';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { FormFailure, type FormFailureProps } from '../../../components/forms/form-failure';
import { PasswordField } from '../../../components/forms/password-field';
import { SubmitButton } from '../../../components/actions/submit-button';
import { TextField } from '../../../components/forms/text-field';
import { useThrottle } from '../../../lib/use-throttle';
import { signIn } from '../api/sign-in';

export interface SignInFormProps {
  /** Filled in beforehand; empty: nothing. */
  initialEmail: string;
  /** Called once the session cookie is set. */
  onSignedIn: () => void;
}

/** E-mail and password. */
export function SignInForm({ initialEmail, onSignedIn }: SignInFormProps) {
  const t = useTranslations('signIn');
  const [email, setEmail] = useState(initialEmail);
  const [password, setPassword] = useState('');
  const [submitted, setSubmitted] = useState(false);
  const emailRef = useRef<HTMLInputElement>(null);
  const passwordRef = useRef<HTMLInputElement>(null);
  const { send, failure, busy, secondsLeft } = useAttempt(onSignedIn, passwordRef);
  const emailMissing = email.trim() === '';

  function submit(event: FormEvent): void {
    event.preventDefault();
    setSubmitted(true);
    if (emailMissing) emailRef.current?.focus();
    else if (password === '') passwordRef.current?.focus();
    else if (!busy && secondsLeft === 0) send({ email: email.trim(), password });
  }

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      {failure && !busy && <Refusal failure={failure} waiting={secondsLeft > 0} />}
      <TextField
        ref={emailRef}
        label={t('email')}
        type="email"
        name="email"
        autoComplete="username"
        autoFocus={initialEmail === ''}
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        problem={submitted && emailMissing ? t('emailMissing') : null}
      />
      <PasswordField
        ref={passwordRef}
        label={t('password')}
        name="password"
        autoComplete="current-password"
        autoFocus={initialEmail !== ''}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        problem={submitted && password === '' ? t('passwordMissing') : null}
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

function Refusal({ failure, waiting }: Pick<FormFailureProps, 'failure' | 'waiting'>) {
  const t = useTranslations('signIn');
  const words = failure.kind === 'unauthorized' ? t('wrongCredentials') : null;
  return <FormFailure failure={failure} waiting={waiting} words={words} />;
}

/** Sends the entry, and says how that stands. A password that may be wrong is selected. */
function useAttempt(onSignedIn: () => void, passwordRef: RefObject<HTMLInputElement | null>) {
  const throttle = useThrottle();

  const attempt = useMutation({
    mutationFn: signIn,
    onSuccess: (result) => {
      if (result.ok) return onSignedIn();
      if (result.failure.kind === 'throttled') throttle.begin(result.failure.retryAfterSeconds);
      if (result.failure.kind === 'unauthorized') passwordRef.current?.select();
    },
  });
  const failure = attempt.data?.ok === false ? attempt.data.failure : null;
  const busy = attempt.isPending || attempt.data?.ok === true;
  return { send: attempt.mutate, failure, busy, secondsLeft: throttle.secondsLeft };
}
