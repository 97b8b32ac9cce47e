'use client';
import { useMutation, type UseMutationResult } from '@tanstack/react-query';
import { valueOrThrow } from '../../lib/query-client';
import { signOut } from './api/sign-out';
import { useForgetSession } from './use-forget-session';

/** Ends the session, here and on the controller. Its error is an `ApiFailureError`. */
export function useSignOut(): UseMutationResult<unknown, Error, void> {
  const forgetSession = useForgetSession();
  return useMutation({
    mutationFn: async () => valueOrThrow(await signOut()),
    onSuccess: forgetSession,
  });
}
