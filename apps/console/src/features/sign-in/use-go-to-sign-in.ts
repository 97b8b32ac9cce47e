'use client';
import { useCallback } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { signInPath } from '../../lib/safe-next-path';
import { SESSION_KEY } from './use-session';

/** Forgets the session and shows the sign-in page, which comes back to the present one. */
export function useGoToSignIn(): () => void {
  const router = useRouter();
  const queryClient = useQueryClient();
  return useCallback(() => {
    queryClient.setQueryData(SESSION_KEY, null);
    const { pathname, search } = window.location;
    router.replace(signInPath(`${pathname}${search}`));
  }, [router, queryClient]);
}
