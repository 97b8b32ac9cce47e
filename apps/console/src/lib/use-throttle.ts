'use client';
import { useEffect, useState } from 'react';

export interface Throttle {
  /** Whole seconds until the next try; 0: now. */
  secondsLeft: number;
  begin(seconds: number): void;
}

/** Counts down the time for which the controller takes no more tries. */
export function useThrottle(): Throttle {
  const [secondsLeft, setSecondsLeft] = useState(0);
  useEffect(() => {
    if (secondsLeft === 0) return;
    const timer = setTimeout(() => setSecondsLeft(secondsLeft - 1), 1_000);
    return () => clearTimeout(timer);
  }, [secondsLeft]);
  return { secondsLeft, begin: setSecondsLeft };
}
