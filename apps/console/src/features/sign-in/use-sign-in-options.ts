'use client';
import type { SignInOptions } from '@corral/contracts/http';
import { useQuery } from '@tanstack/react-query';
import { valueOrThrow } from '../../lib/query-client';
import { getSignInOptions } from './api/get-sign-in-options';

/** There is always a password to sign in with, so the form need not wait for the answer. */
const UNTIL_KNOWN: SignInOptions = { password: true, oidc: null };

/** The ways in; the password alone until they are known, or when they cannot be asked. */
export function useSignInOptions(): SignInOptions {
  const options = useQuery({
    queryKey: ['sign-in-options'],
    queryFn: async ({ signal }) => valueOrThrow(await getSignInOptions(signal)),
  });
  return options.data ?? UNTIL_KNOWN;
}
