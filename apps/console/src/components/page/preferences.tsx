'use client';
import { useEffect, useSyncExternalStore, type ReactNode } from 'react';
import { NextIntlClientProvider } from 'next-intl';
import { LANGUAGE_TAGS, localeChoice, localeFor, type Locale } from '../../lib/locale';
import { applyTheme, themeChoice, type Theme } from '../../lib/theme';
import { MESSAGES } from '../../messages/messages';

/** The theme chosen in this browser; `system` until one was. */
export function useThemeChoice(): Theme {
  return useSyncExternalStore(themeChoice.subscribe, () => themeChoice.read() ?? 'system');
}

/** The language in force: chosen, or the browser's. */
export function useLocaleChoice(): Locale {
  return useSyncExternalStore(localeChoice.subscribe, () =>
    localeFor(localeChoice.read(), navigator.languages),
  );
}

/** Texts in the visitor's language, and the document in their theme. Browser only. */
export function PreferencesProvider({ children }: { children: ReactNode }) {
  const theme = useThemeChoice();
  const locale = useLocaleChoice();

  useEffect(() => applyTheme(theme, document.documentElement), [theme]);
  useEffect(() => {
    document.documentElement.lang = LANGUAGE_TAGS[locale];
  }, [locale]);

  return (
    <NextIntlClientProvider
      locale={locale}
      messages={MESSAGES[locale]}
      timeZone={Intl.DateTimeFormat().resolvedOptions().timeZone}
    >
      {children}
    </NextIntlClientProvider>
  );
}
