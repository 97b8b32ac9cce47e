'use client';
import { useState } from 'react';
import Eye from 'lucide-react/icons/eye';
import EyeOff from 'lucide-react/icons/eye-off';
import { useTranslations } from 'next-intl';
import { TextField, type TextFieldProps } from './text-field';

export interface PasswordFieldProps extends Omit<TextFieldProps, 'type' | 'adornment'> {
  /** Whether a password manager fills in the one it keeps, or offers to make one. */
  autoComplete: 'current-password' | 'new-password';
}

/** A password, hidden unless asked for. */
export function PasswordField(props: PasswordFieldProps) {
  const t = useTranslations('form');
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    <TextField
      {...props}
      type={shown ? 'text' : 'password'}
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
