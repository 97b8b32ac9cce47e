import { Injectable } from '@nestjs/common';
import { NodesService } from '../../nodes/nodes.service.js';
import { ReplicaDirectory } from './replica-directory.port.js';
import type { ReplicaSnapshot } from './replica-snapshot.pure.js';

/** {@link ReplicaDirectory} from the nodes' heartbeats; lost nodes have no replicas. */
@Injectable()
export class NodeReplicaDirectory extends ReplicaDirectory {
  constructor(private readonly nodes: NodesService) {
    super();
  }

  replicasOf(nodeId: string): ReplicaSnapshot[] {
    const node = this.nodes.find(nodeId);
    if (node === null || node.state === 'lost') return [];
    const { heartbeat, state } = node;
    return heartbeat.replicas.map((replica) => ({
      replicaId: replica.replicaId,
      nodeId: heartbeat.nodeId,
      bootId: heartbeat.bootId,
      deployment: replica.deployment,
      revisionId: replica.revisionId,
      modelDigest: replica.modelDigest,
      state: replica.state,
      reachable: state === 'ready' && !heartbeat.draining && !heartbeat.yielding,
      suspect: state === 'suspect',
      slots: replica.slots,
      load: replica.activeSlots + replica.queued,
      contextTokens: replica.contextTokens,
      stats: replica.stats,
      heldPrefixes:
        heartbeat.heldPrefixes?.find(({ replicaId }) => replicaId === replica.replicaId)
          ?.sequences ?? null,
      failure: replica.failure,
      retryInMs: replica.retryInMs,
    }));
  }

  onChange(listener: (nodeId: string) => void): void {
    this.nodes.onChange(listener);
  }
}
