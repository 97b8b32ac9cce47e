import { useTranslations } from 'next-intl';

/** `id` of the element that every page's content is in. */
export const CONTENT_ID = 'content';

/** The first stop of the Tab key: past the header. */
export function SkipLink() {
  const t = useTranslations('app');
  return (
    <a
      href={`#${CONTENT_ID}`}
      className="sr-only z-30 rounded-lg bg-accent font-medium text-on-accent focus:not-sr-only focus:fixed focus:top-2.5 focus:left-4 focus:px-4 focus:py-2"
    >
      {t('skipToContent')}
    </a>
  );
}
