/** A deployment as OpenAI's model object, with what local clients like to know beside it. */
import type { DeploymentView } from '@corral/contracts/http';

export function modelView(deployment: DeploymentView): object {
  return {
    id: deployment.name,
    aliases: deployment.aliases,
    object: 'model',
    created: Math.floor(Date.parse(deployment.createdAt) / 1000),
    owned_by: 'corral',
    context_length: deployment.contextTokens,
    status: deployment.state,
  };
}
