/** Every text of the console, by language. English is the one that the keys are checked against. */
import type { Locale } from '../lib/locale';
import en from './en.json';
import zh from './zh.json';

export const MESSAGES: Record<Locale, typeof en> = { en, zh };

declare module 'next-intl' {
  interface AppConfig {
    Locale: Locale;
    Messages: typeof en;
  }
}
