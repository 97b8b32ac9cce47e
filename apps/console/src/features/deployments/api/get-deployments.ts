import { deploymentViewSchema, type DeploymentView } from '@corral/contracts/http';
import { z } from 'zod';
import { callApi, type ApiResult } from '../../../lib/api-client';

const answerSchema = z.object({ data: z.array(deploymentViewSchema) });

/** What is deployed, for any role. */
export function getDeployments(
  signal: AbortSignal,
): Promise<ApiResult<{ data: DeploymentView[] }>> {
  return callApi({ path: '/admin/v1/deployments', schema: answerSchema, signal });
}
