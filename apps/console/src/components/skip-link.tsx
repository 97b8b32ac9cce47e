import { useTranslations } from 'next-intl';

/** `id` of the element that every page's content is in. */
export const CONTENT_ID = 'content';

/** The first stop of the Tab key: past the header. */
export function SkipLink() {
  const t = useTranslations('app');
  return (
    <a
      href={`#${CONTENT_ID}`}
      className="sr-only z-30 rounded-lg bg-accent px-4 py-2 font-medium text-on-accent focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
    >
      {t('skipToContent')}
    </a>
  );
}
