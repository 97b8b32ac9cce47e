import Link from 'next/link';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { BrandMark } from './brand-mark';

export interface TopBarProps {
  /** Name of the page that is open, the only one there is. */
  page: string;
  /** At its end. */
  children: ReactNode;
}

/** The head of every page: Corral's name, the navigation, and what is given as children. */
export function TopBar({ page, children }: TopBarProps) {
  const t = useTranslations('app');
  return (
    <header className="sticky top-0 z-10 border-b border-line bg-surface/85 backdrop-blur-md">
      <div className="mx-auto flex h-14 max-w-[86rem] items-center gap-3 px-4 sm:gap-6 sm:px-6">
        <Link
          href="/"
          className="flex items-center gap-2.5 rounded-md font-semibold tracking-tight"
        >
          <BrandMark />
          {t('name')}
        </Link>
        <nav aria-label={t('navigation')} className="hidden sm:block">
          <Link
            href="/"
            aria-current="page"
            className="rounded-md bg-sunken px-2.5 py-1.5 text-[0.8125rem] font-medium"
          >
            {page}
          </Link>
        </nav>
        <div className="ml-auto flex items-center gap-3 sm:gap-4">{children}</div>
      </div>
    </header>
  );
}
