'use client';
import { useSyncExternalStore } from 'react';

const never = () => () => undefined;

/**
 * False in the exported HTML and while it is being hydrated, true from then on. What depends on the
 * browser (language, theme, address) is rendered only when it is true, so it is never rendered wrong.
 */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
