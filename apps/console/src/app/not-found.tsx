'use client';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { BrandMark } from '../components/page/brand-mark';

export default function NotFoundPage() {
  const t = useTranslations('notFound');
  return (
    <main className="grid min-h-dvh place-content-center justify-items-center gap-4 px-4 text-center">
      <BrandMark className="size-10" />
      <h1 className="text-xl font-semibold tracking-tight">{t('title')}</h1>
      <Link href="/" className="font-medium text-accent underline underline-offset-4">
        {t('back')}
      </Link>
    </main>
  );
}
