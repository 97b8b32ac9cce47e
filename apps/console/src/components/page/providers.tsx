'use client';
import { useState, type ReactNode } from 'react';
import { QueryClientProvider } from '@tanstack/react-query';
import { createQueryClient } from '../../lib/query-client';
import { useHydrated } from '../../lib/use-hydrated';
import { PreferencesProvider } from './preferences';
import { Splash } from './splash';

/** Everything that pages take for granted. The exported HTML holds the splash alone. */
export function Providers({ children }: { children: ReactNode }) {
  const [queryClient] = useState(createQueryClient);
  if (!useHydrated()) return <Splash />;
  return (
    <QueryClientProvider client={queryClient}>
      <PreferencesProvider>{children}</PreferencesProvider>
    </QueryClientProvider>
  );
}
