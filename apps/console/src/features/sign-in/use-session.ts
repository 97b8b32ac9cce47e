'use client';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { valueOrThrow } from '../../lib/query-client';
import { getSession, type Session } from './api/get-session';

export const SESSION_KEY = ['session'] as const;

/** The session of this browser: null when nobody is signed in. Its error is an `ApiFailureError`. */
export function useSession(): UseQueryResult<Session> {
  return useQuery({
    queryKey: SESSION_KEY,
    queryFn: async ({ signal }) => valueOrThrow(await getSession(signal)),
  });
}
