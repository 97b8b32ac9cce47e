/** A deployment as it is, in the words of a file that declares it. Pure. */
import type { DeploymentView, declaredDeploymentSchema } from '@corral/contracts/http';
import type { z } from 'zod';

export type Declared = z.input<typeof declaredDeploymentSchema>;

/**
 * What is as it would be anyway is left out, but for the settings of the engine: those are written
 * down, so that another default of a later version does not load the model anew.
 */
export function declaredOf(view: DeploymentView): Declared {
  const { minReplicas, maxReplicas, idleTimeoutS, nodeId, placement } = view;
  const { nodeLabels, deviceKind, strategy } = placement;
  const places = {
    ...(Object.keys(nodeLabels).length === 0 ? {} : { nodeLabels }),
    ...(deviceKind === null ? {} : { deviceKind }),
    ...(strategy === 'spread' ? {} : { strategy }),
  };
  return {
    name: view.name,
    model: view.modelDigest,
    ...(view.aliases.length === 0 ? {} : { aliases: view.aliases }),
    ...(minReplicas === null ? { replicas: view.desiredReplicas } : { minReplicas, maxReplicas }),
    ...(idleTimeoutS === null ? {} : { idleTimeoutS }),
    ...(nodeId === null ? {} : { nodeId }),
    ...(Object.keys(places).length === 0 ? {} : { placement: places }),
    spec: Object.fromEntries(Object.entries(view.spec).filter(([, value]) => value !== null)),
  };
}
