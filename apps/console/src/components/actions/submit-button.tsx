'use client';
import LoaderCircle from 'lucide-react/icons/loader-circle';
import { useTranslations } from 'next-intl';
import { Button } from './button';

export interface SubmitButtonProps {
  label: string;
  /** What is being done, while it is. */
  busyLabel: string;
  busy: boolean;
  /** Whole seconds for which the controller takes no more tries; 0: none. */
  waitSeconds: number;
}

/** Sends a form; shows that it is under way, or how long to wait for the next try. */
export function SubmitButton({ label, busyLabel, busy, waitSeconds }: SubmitButtonProps) {
  const t = useTranslations('form');
  return (
    <Button look="primary" type="submit" className="mt-1 h-10" disabled={waitSeconds > 0}>
      {busy && <LoaderCircle className="size-4 animate-spin" aria-hidden />}
      {waitSeconds > 0 ? t('wait', { seconds: waitSeconds }) : busy ? busyLabel : label}
    </Button>
  );
}
