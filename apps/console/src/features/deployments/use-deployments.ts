'use client';
import type { DeploymentView } from '@corral/contracts/http';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { valueOrThrow } from '../../lib/query-client';
import { getDeployments } from './api/get-deployments';

/** What was deployed when the page was opened. Its error is an `ApiFailureError`. */
export function useDeployments(): UseQueryResult<DeploymentView[]> {
  return useQuery({
    queryKey: ['deployments'],
    queryFn: async ({ signal }) => valueOrThrow(await getDeployments(signal)).data,
  });
}
