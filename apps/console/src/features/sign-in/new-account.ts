/**
 * Hands the address of an account that was made a moment ago to the sign-in page. In memory: in the
 * page's address it would end up in logs and histories.
 */
'use client';
import { useCallback, useEffect, useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';

const KEY = ['new-account'] as const;

/** Tells the sign-in page, opened next in this tab, of an account by its e-mail. */
export function useAnnounceAccount(): (email: string) => void {
  const queryClient = useQueryClient();
  return useCallback((email) => queryClient.setQueryData(KEY, email), [queryClient]);
}

/** E-mail of the account that was made just before, null without one. Told once. */
export function useNewAccount(): string | null {
  const queryClient = useQueryClient();
  const [email] = useState(() => queryClient.getQueryData<string>(KEY) ?? null);
  useEffect(() => queryClient.removeQueries({ queryKey: KEY }), [queryClient]);
  return email;
}
