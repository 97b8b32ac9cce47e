/**
 * A preference of this browser (theme, language), kept in its local storage and shared by its tabs.
 * A browser that forbids storage keeps it for as long as the page lives.
 */

/** What `window` offers, as far as it is needed here. */
export interface ChoiceHost {
  /** May throw, on reading it and on use. */
  readonly localStorage: Pick<Storage, 'getItem' | 'setItem'>;
  addEventListener(type: 'storage', listener: () => void): void;
  removeEventListener(type: 'storage', listener: () => void): void;
}

export class StoredChoice<T extends string> {
  private readonly listeners = new Set<() => void>();
  /** The choice made on this page, for when it cannot be stored. */
  private chosen: T | undefined;

  constructor(
    private readonly key: string,
    private readonly values: readonly T[],
    private readonly host: () => ChoiceHost,
  ) {}

  /** What was chosen; null when nothing was, or something that is no choice any more. */
  read = (): T | null => {
    const stored = this.attempt((storage) => storage.getItem(this.key));
    if (!stored.done) return this.chosen ?? null;
    return this.values.find((value) => value === stored.value) ?? null;
  };

  choose(value: T): void {
    this.chosen = value;
    this.attempt((storage) => storage.setItem(this.key, value));
    for (const listener of this.listeners) listener();
  }

  /** Calls `listener` on every change, in this tab or another; gives the way to end that. */
  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    this.host().addEventListener('storage', listener);
    return () => {
      this.listeners.delete(listener);
      this.host().removeEventListener('storage', listener);
    };
  };

  private attempt<V>(
    use: (storage: ChoiceHost['localStorage']) => V,
  ): { done: true; value: V } | { done: false } {
    try {
      return { done: true, value: use(this.host().localStorage) };
    } catch {
      // Storage is forbidden or full: an expected state of a browser, with a way to go on.
      return { done: false };
    }
  }
}
