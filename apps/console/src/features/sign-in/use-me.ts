'use client';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { valueOrThrow } from '../../lib/query-client';
import { getMe, type Person } from './api/get-me';

export const ME_KEY = ['me'] as const;

/**
 * Role and team of whoever is signed in. Its error is an `ApiFailureError`.
 *
 * @param email of the session, so that nobody is taken for who was here before; null: not asked yet.
 */
export function useMe(email: string | null): UseQueryResult<Person> {
  return useQuery({
    queryKey: [...ME_KEY, email],
    queryFn: async ({ signal }) => valueOrThrow(await getMe(signal)),
    enabled: email !== null,
  });
}
