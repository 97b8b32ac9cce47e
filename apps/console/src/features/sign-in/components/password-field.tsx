'use client';
import { useState } from 'react';
import Eye from 'lucide-react/icons/eye';
import EyeOff from 'lucide-react/icons/eye-off';
import { useTranslations } from 'next-intl';
import { TextField, type TextFieldProps } from '../../../components/text-field';

/** A password, hidden unless asked for. */
export function PasswordField(props: Omit<TextFieldProps, 'type' | 'adornment'>) {
  const t = useTranslations('signIn');
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    <TextField
      {...props}
      type={shown ? 'text' : 'password'}
      autoComplete="current-password"
      adornment={
        <button
          type="button"
          onClick={() => setShown(!shown)}
          aria-label={t(shown ? 'hidePassword' : 'showPassword')}
          className="grid size-8 place-items-center rounded-md text-muted hover:text-ink"
        >
          <Icon className="size-4" aria-hidden />
        </button>
      }
    />
  );
}
