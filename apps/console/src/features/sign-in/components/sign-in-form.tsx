'use client';
import { useRef, useState, type FormEvent } from 'react';
import LoaderCircle from 'lucide-react/icons/loader-circle';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { Button } from '../../../components/button';
import { useFailureText } from '../../../components/failure-text';
import { Notice } from '../../../components/notice';
import { TextField } from '../../../components/text-field';
import type { ApiFailure } from '../../../lib/api-client';
import { signIn } from '../api/sign-in';
import { useThrottle } from '../use-throttle';
import { PasswordField } from './password-field';

/** E-mail and password; `onSignedIn` is called once the session cookie is set. */
export function SignInForm({ onSignedIn }: { onSignedIn: () => void }) {
  const t = useTranslations('signIn');
  const [email, setEmail] = useState('');
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
      {failure && !busy && <SignInFailure failure={failure} throttled={throttle.secondsLeft > 0} />}
      <TextField
        ref={emailRef}
        label={t('email')}
        type="email"
        name="email"
        autoComplete="username"
        autoFocus
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        problem={submitted && emailMissing ? t('emailMissing') : null}
      />
      <PasswordField
        ref={passwordRef}
        label={t('password')}
        name="password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        problem={submitted && password === '' ? t('passwordMissing') : null}
      />
      <Button
        look="primary"
        type="submit"
        className="mt-1 h-10"
        disabled={throttle.secondsLeft > 0}
      >
        {busy && <LoaderCircle className="size-4 animate-spin" aria-hidden />}
        {throttle.secondsLeft > 0
          ? t('wait', { seconds: throttle.secondsLeft })
          : t(busy ? 'submitting' : 'submit')}
      </Button>
    </form>
  );
}

/** Why nobody was signed in. A throttle that has run out is no news any more. */
function SignInFailure({ failure, throttled }: { failure: ApiFailure; throttled: boolean }) {
  const t = useTranslations('signIn');
  const failureText = useFailureText();
  if (failure.kind === 'throttled') {
    return throttled ? (
      <Notice tone="warn" role="alert">
        {t('throttled')}
      </Notice>
    ) : null;
  }
  return (
    <Notice tone="failed" role="alert">
      {failure.kind === 'unauthorized' ? t('wrongCredentials') : failureText(failure)}
    </Notice>
  );
}
