/**
 * Light or dark. Style sheets follow `color-scheme`, which is the system's unless `data-theme` on
 * the root element says otherwise; public/appearance.js sets it before the first paint.
 */
import { StoredChoice } from './stored-choice';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const themeChoice = new StoredChoice('corral.theme', THEMES, () => window);

/** Makes `theme` the look of the document. */
export function applyTheme(theme: Theme, root: HTMLElement): void {
  if (theme === 'system') delete root.dataset.theme;
  else root.dataset.theme = theme;
}
