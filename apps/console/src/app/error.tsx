'use client';
import { useTranslations } from 'next-intl';
import { Button } from '../components/actions/button';
import { Notice } from '../components/page/notice';

/** Shown in place of a page whose code threw. */
export default function PageCrashed() {
  const t = useTranslations('crash');
  return (
    <main className="mx-auto grid min-h-dvh max-w-md place-items-center px-4">
      <Notice tone="failed" role="alert" title={t('title')}>
        <p>{t('body')}</p>
        <Button className="mt-3" onClick={() => window.location.reload()}>
          {t('retry')}
        </Button>
      </Notice>
    </main>
  );
}
