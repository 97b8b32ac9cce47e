'use client';
import { useTranslations } from 'next-intl';
import type { ApiFailure } from '../../lib/api-client';

/** Says a failure in the visitor's language; the controller's own words where it gave some. */
export function useFailureText(): (failure: ApiFailure) => string {
  const t = useTranslations('failure');
  return (failure) => {
    switch (failure.kind) {
      case 'throttled':
        return t('throttled', { seconds: failure.retryAfterSeconds });
      case 'refused':
        return failure.message ?? t('refused', { status: failure.status });
      default:
        return t(failure.kind);
    }
  };
}
