import type { ButtonHTMLAttributes } from 'react';

const LOOKS = {
  primary:
    'bg-accent text-on-accent hover:bg-accent/90 disabled:bg-sunken disabled:text-muted border-transparent',
  secondary: 'bg-surface text-ink border-line hover:bg-sunken disabled:text-muted',
  quiet: 'bg-transparent text-muted border-transparent hover:bg-sunken hover:text-ink',
} as const;

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** Default: secondary. One primary per view. */
  look?: keyof typeof LOOKS;
}

/** A button; 36 px high, so that a thumb finds it. */
export function Button({ look = 'secondary', className = '', ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={`inline-flex h-9 items-center justify-center gap-2 rounded-lg border px-3 text-sm font-medium whitespace-nowrap transition-colors disabled:cursor-not-allowed ${LOOKS[look]} ${className}`}
      {...rest}
    />
  );
}
