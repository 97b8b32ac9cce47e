/** Model files in the nodes' stores, and their way in. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { ImportModel, ImportStarted, ModelView } from '@corral/contracts/http';
import { FailureException } from '../common/failure-exception.pure.js';
import { DeploymentsService } from '../deployments/deployments.service.js';
import { NodeCommandsService } from '../nodes/node-commands.service.js';
import { NodesService } from '../nodes/nodes.service.js';

@Injectable()
export class ModelsService {
  constructor(
    private readonly nodes: NodesService,
    private readonly commands: NodeCommandsService,
    private readonly deployments: DeploymentsService,
  ) {}

  list(): ModelView[] {
    const fetches = this.nodes.observed().flatMap(({ heartbeat, state }) => {
      const { nodeId } = heartbeat;
      return state === 'lost' ? [] : heartbeat.fetches.map((fetch) => ({ ...fetch, nodeId }));
    });
    return this.nodes.models().map(({ model, nodeIds }) => ({
      ...model,
      nodeIds,
      fetches: fetches
        .filter(({ digest }) => digest === model.digest)
        .map(({ nodeId, progress, failure }) => ({ nodeId, progress, failure })),
    }));
  }

  /** Starts the import and returns; its progress is in {@link list} under the import's id. */
  async import({ path, nodeId }: ImportModel): Promise<ImportStarted> {
    const node = nodeId ?? this.onlyNode();
    const importId = randomUUID();
    await this.commands.op(node, { op: 'import_model', importId, path });
    return { importId, nodeId: node };
  }

  /** From every store. Throws `not_found`, and `conflict` while a deployment uses it. */
  async remove(digest: string): Promise<void> {
    const model = this.list().find((one) => one.digest === digest);
    if (model === undefined) {
      throw new FailureException({ code: 'not_found', message: `There is no model '${digest}'.` });
    }
    const user = this.deployments.views().find(({ modelDigest }) => modelDigest === digest);
    if (user !== undefined) {
      throw new FailureException({
        code: 'conflict',
        message: `Deployment '${user.name}' uses it. Remove that first: corral undeploy ${user.name}`,
      });
    }
    await Promise.all(
      model.nodeIds.map((nodeId) => this.commands.op(nodeId, { op: 'delete_model', digest })),
    );
  }

  private onlyNode(): string {
    const ready = this.nodes.observed().filter(({ state }) => state === 'ready');
    const [only] = ready;
    if (only !== undefined && ready.length === 1) return only.heartbeat.nodeId;
    const names = ready.map(({ heartbeat }) => heartbeat.nodeId).join(', ');
    throw new FailureException({
      code: ready.length === 0 ? 'dependency_unavailable' : 'invalid_value',
      message:
        ready.length === 0
          ? 'No node is ready. Start one with: corral worker start'
          : `Say which node has the file, in nodeId: ${names}.`,
      param: 'nodeId',
    });
  }
}
