/**
 * Sets theme and language on the root element before the first paint, so that no page flashes in
 * the wrong one. A file of its own, since the content security policy forbids inline scripts.
 * The same keys as src/lib/theme.ts and src/lib/locale.ts.
 */
(function () {
  const root = globalThis.document.documentElement;
  const languages = { en: 'en', zh: 'zh-Hans' };
  let theme = null;
  let locale = null;
  try {
    theme = globalThis.localStorage.getItem('corral.theme');
    locale = globalThis.localStorage.getItem('corral.locale');
  } catch {
    // Storage is forbidden: the system's theme and the browser's language it is.
  }
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  const preferred = [locale, ...globalThis.navigator.languages]
    .map((tag) => languages[String(tag).toLowerCase().split('-')[0]])
    .find(Boolean);
  root.lang = preferred || 'en';
})();
