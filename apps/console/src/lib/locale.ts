/** The console's languages and which one a visitor gets. */
import { StoredChoice } from './stored-choice';

export const LOCALES = ['en', 'zh'] as const;
export type Locale = (typeof LOCALES)[number];

/** For `<html lang>`: which Chinese it is decides the glyphs that a browser picks. */
export const LANGUAGE_TAGS: Record<Locale, string> = { en: 'en', zh: 'zh-Hans' };

/** Read by public/appearance.js too, before the first paint. */
export const localeChoice = new StoredChoice('corral.locale', LOCALES, () => window);

/**
 * The language chosen here before, else the first of the browser's that the console speaks, else
 * English.
 *
 * @param preferred BCP 47 tags, the favourite first (`navigator.languages`).
 */
export function localeFor(chosen: Locale | null, preferred: readonly string[]): Locale {
  if (chosen !== null) return chosen;
  for (const tag of preferred) {
    const language = tag.toLowerCase().split('-')[0];
    const locale = LOCALES.find((one) => one === language);
    if (locale) return locale;
  }
  return 'en';
}
