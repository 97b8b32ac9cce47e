import { StoredChoice, type ChoiceHost } from './stored-choice';

const VALUES = ['light', 'dark'] as const;

function browser(stored: Record<string, string> | 'forbidden') {
  const tabs = new Set<() => void>();
  const host: ChoiceHost = {
    get localStorage() {
      if (stored === 'forbidden') throw new Error('SecurityError');
      return {
        getItem: (key: string) => stored[key] ?? null,
        setItem: (key: string, value: string) => {
          stored[key] = value;
        },
      };
    },
    addEventListener: (_type, listener) => tabs.add(listener),
    removeEventListener: (_type, listener) => tabs.delete(listener),
  };
  return { choice: new StoredChoice('corral.theme', VALUES, () => host), tabs };
}

describe('a stored choice', () => {
  it('is null until something was chosen', () => {
    expect(browser({}).choice.read()).toBeNull();
  });

  it('is null when what is stored is no choice any more', () => {
    expect(browser({ 'corral.theme': 'sepia' }).choice.read()).toBeNull();
  });

  it('is kept for the next visit, and those who listen are told', () => {
    const stored: Record<string, string> = {};
    const { choice } = browser(stored);
    let told = 0;
    choice.subscribe(() => (told += 1));
    choice.choose('dark');
    expect(stored).toEqual({ 'corral.theme': 'dark' });
    expect(choice.read()).toBe('dark');
    expect(told).toBe(1);
  });

  it('follows another tab until nobody listens', () => {
    const { choice, tabs } = browser({});
    const stop = choice.subscribe(() => undefined);
    expect(tabs.size).toBe(1);
    stop();
    expect(tabs.size).toBe(0);
  });

  it('holds for this page where storage is forbidden', () => {
    const { choice } = browser('forbidden');
    expect(choice.read()).toBeNull();
    choice.choose('light');
    expect(choice.read()).toBe('light');
  });
});
