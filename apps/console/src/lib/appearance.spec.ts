import { readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';

const script = readFileSync(path.join(import.meta.dirname, '../../public/appearance.js'), 'utf8');

/** The root element after public/appearance.js ran in a browser with these preferences. */
function rootAfter(stored: Record<string, string> | 'forbidden', languages: string[]) {
  const root: { dataset: Record<string, string>; lang: string } = { dataset: {}, lang: 'en' };
  vm.runInNewContext(script, {
    document: { documentElement: root },
    navigator: { languages },
    localStorage: {
      getItem: (key: string) => {
        if (stored === 'forbidden') throw new Error('SecurityError');
        return stored[key] ?? null;
      },
    },
  });
  return root;
}

describe('before the first paint', () => {
  it('the chosen theme and language are set', () => {
    const root = rootAfter({ 'corral.theme': 'dark', 'corral.locale': 'zh' }, ['en']);
    expect(root.dataset.theme).toBe('dark');
    expect(root.lang).toBe('zh-Hans');
  });

  it('the system’s theme and the browser’s language hold where nothing was chosen', () => {
    const root = rootAfter({ 'corral.theme': 'system' }, ['fr', 'zh-CN']);
    expect(root.dataset.theme).toBeUndefined();
    expect(root.lang).toBe('zh-Hans');
  });

  it('forbidden storage changes nothing', () => {
    expect(rootAfter('forbidden', ['de']).lang).toBe('en');
  });
});
