/** Sends each node its assignments, until the node reports that it has them. */
import { Injectable } from '@nestjs/common';
import { DeploymentsService } from '../deployments/deployments.service.js';
import { ModelFilesService } from '../model-files/model-files.service.js';
import { NodeCommandsService } from '../nodes/node-commands.service.js';
import type { ObservedNode } from '../nodes/nodes.service.js';
import { AssignmentsRepository } from './assignments.repository.js';

@Injectable()
export class AssignmentSender {
  constructor(
    private readonly deployments: DeploymentsService,
    private readonly assignments: AssignmentsRepository,
    private readonly files: ModelFilesService,
    private readonly commands: NodeCommandsService,
  ) {}

  /**
   * Sends nothing to a node that is up to date. A node whose generation is ahead of the database
   * (which was restored from a backup, say) raises the database's, and is told with the next round.
   */
  async send({ heartbeat, settings: { polite } }: ObservedNode): Promise<void> {
    const { nodeId, assignmentGeneration: theirs } = heartbeat;
    const { replicas, generations } = this.deployments.desired();
    const ours = generations.get(nodeId);
    if (ours === undefined) return;
    if (theirs > ours) {
      await this.assignments.raiseGeneration(nodeId, theirs);
      return this.deployments.changed();
    }
    const assignments = replicas
      .filter((replica) => replica.nodeId === nodeId)
      .map(({ replicaId, deployment, revisionId, modelDigest, spec, reserved }) => ({
        replicaId,
        deployment,
        revisionId,
        modelDigest,
        spec,
        deviceIds: reserved.map(({ deviceId }) => deviceId),
      }));
    const needed = assignments.map(({ modelDigest }) => modelDigest);
    const files = this.files.sourcesFor(heartbeat, needed);
    // Where a file is to be had is told until the node has it.
    if (ours === theirs && heartbeat.polite === polite && files.length === 0) return;
    this.commands.assign(nodeId, { generation: ours, assignments, polite, files });
  }
}
