import type { DeploymentView } from '@corral/contracts/http';
import { Document, isScalar } from 'yaml';
import { declaredOf } from './declared.pure.js';

/** YAML that `corral apply` takes, and that changes nothing as long as nothing has changed. */
export function deploymentsYaml(views: readonly DeploymentView[]): string {
  const document = new Document({ apiVersion: 'corral/v1', deployments: views.map(declaredOf) });
  for (const [index, { modelName }] of views.entries()) {
    const model = document.getIn(['deployments', index, 'model'], true);
    // A digest says nothing to a person. A line's end in a name would end the comment.
    if (isScalar(model)) model.comment = ` ${modelName.replaceAll(/\p{Cc}/gu, ' ')}`;
  }
  return document.toString({ lineWidth: 0 });
}
