'use client';
import { useCallback } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { ME_KEY } from './use-me';
import { SESSION_KEY } from './use-session';

/** For when a session has ended: whoever is on a page that needs one is taken to the sign-in page. */
export function useForgetSession(): () => void {
  const queryClient = useQueryClient();
  return useCallback(() => {
    queryClient.setQueryData(SESSION_KEY, null);
    // A role may have changed until they sign in again.
    queryClient.removeQueries({ queryKey: ME_KEY });
  }, [queryClient]);
}
