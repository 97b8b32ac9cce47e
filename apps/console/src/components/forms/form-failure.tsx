'use client';
import { useTranslations } from 'next-intl';
import type { ApiFailure } from '../../lib/api-client';
import { useFailureText } from './failure-text';
import { Notice } from '../page/notice';

export interface FormFailureProps {
  failure: ApiFailure;
  /** The controller takes no tries yet. A throttle that has run out is no news any more. */
  waiting: boolean;
  /** What it means for this form; null or absent: what it means everywhere. */
  words?: string | null;
}

/** Why a form was not taken. */
export function FormFailure({ failure, waiting, words }: FormFailureProps) {
  const t = useTranslations('form');
  const failureText = useFailureText();
  if (failure.kind === 'throttled') {
    return waiting ? (
      <Notice tone="warn" role="alert">
        {t('throttled')}
      </Notice>
    ) : null;
  }
  return (
    <Notice tone="failed" role="alert">
      {words ?? failureText(failure)}
    </Notice>
  );
}
