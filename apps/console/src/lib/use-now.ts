'use client';
import { useEffect, useState } from 'react';

/** The page's monotonic clock in milliseconds, read again every `everyMs`. For ages on the screen. */
export function useNow(everyMs: number): number {
  const [nowMs, setNowMs] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(performance.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return nowMs;
}
