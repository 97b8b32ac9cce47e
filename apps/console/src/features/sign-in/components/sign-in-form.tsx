'use client';
import { useRef, useState, type FormEvent } from 'react';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { FormFailure } from '../../../components/forms/form-failure';
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
  const emailMissing = email.trim() === '';
  const busy = attempt.isPending || attempt.data?.ok === true;

  function submit(event: FormEvent): void {
    event.preventDefault();
    setSubmitted(true);
    if (emailMissing) emailRef.current?.focus();
    else if (password === '') passwordRef.current?.focus();
    else if (!busy && throttle.secondsLeft === 0) attempt.mutate({ email: email.trim(), password });
  }

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      {failure && !busy && (
        <FormFailure
          failure={failure}
          waiting={throttle.secondsLeft > 0}
          words={failure.kind === 'unauthorized' ? t('wrongCredentials') : null}
        />
      )}
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
        waitSeconds={throttle.secondsLeft}
      />
    </form>
  );
}
