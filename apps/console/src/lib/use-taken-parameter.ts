'use client';
import { useEffect, useState } from 'react';

/**
 * The value of a query parameter as the page was opened, null without one. It is taken out of the
 * address bar and the history at once: a secret is not to be seen, shared or bookmarked there, and
 * news is not told again by a reload.
 */
export function useTakenParameter(name: string): string | null {
  const [value] = useState(() => new URLSearchParams(window.location.search).get(name));
  useEffect(() => {
    const address = new URL(window.location.href);
    if (!address.searchParams.has(name)) return;
    address.searchParams.delete(name);
    window.history.replaceState(null, '', `${address.pathname}${address.search}${address.hash}`);
  }, [name]);
  return value;
}
