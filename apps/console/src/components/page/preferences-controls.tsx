'use client';
import Monitor from 'lucide-react/icons/monitor';
import Moon from 'lucide-react/icons/moon';
import Sun from 'lucide-react/icons/sun';
import { useTranslations } from 'next-intl';
import { LOCALES, localeChoice, type Locale } from '../../lib/locale';
import { themeChoice, THEMES, type Theme } from '../../lib/theme';
import { useLocaleChoice, useThemeChoice } from './preferences';
import { SegmentedControl } from '../actions/segmented-control';

const THEME_ICONS = { system: Monitor, light: Sun, dark: Moon } as const;

/** Languages are named in themselves, so that everyone finds their own. */
const LOCALE_NAMES: Record<Locale, string> = { en: 'English', zh: '简体中文' };

/** Theme and language, each a row of choices. */
export function PreferencesControls({ legendsHidden = false }: { legendsHidden?: boolean }) {
  const t = useTranslations('preferences');
  return (
    <>
      <SegmentedControl<Theme>
        legend={t('theme')}
        legendHidden={legendsHidden}
        value={useThemeChoice()}
        onChange={(theme) => themeChoice.choose(theme)}
        segments={THEMES.map((value) => ({
          value,
          label: t(`themes.${value}`),
          icon: THEME_ICONS[value],
        }))}
      />
      <SegmentedControl<Locale>
        legend={t('language')}
        legendHidden={legendsHidden}
        value={useLocaleChoice()}
        onChange={(locale) => localeChoice.choose(locale)}
        segments={LOCALES.map((value) => ({ value, label: LOCALE_NAMES[value] }))}
      />
    </>
  );
}
