import { Injectable } from '@nestjs/common';
import { NodesService } from '../nodes/nodes.service.js';
import { ReplicaDirectory } from './replica-directory.port.js';
import type { ReplicaSnapshot } from './replica-snapshot.js';

/** {@link ReplicaDirectory} from the nodes' heartbeats; lost nodes have no replicas. */
@Injectable()
export class NodeReplicaDirectory extends ReplicaDirectory {
  constructor(private readonly nodes: NodesService) {
    super();
  }

  replicas(): ReplicaSnapshot[] {
    return this.nodes.observed().flatMap(({ heartbeat, state }) => {
      if (state === 'lost') return [];
      return heartbeat.replicas.map((replica) => ({
        replicaId: replica.replicaId,
        nodeId: heartbeat.nodeId,
        bootId: heartbeat.bootId,
        deployment: replica.deployment,
        state: replica.state,
        reachable: state === 'ready' && !heartbeat.draining && !heartbeat.yielding,
        slots: replica.slots,
        load: replica.activeSlots + replica.queued,
        contextTokens: replica.contextTokens,
        failure: replica.failure,
        retryInMs: replica.retryInMs,
      }));
    });
  }

  onChange(listener: () => void): void {
    this.nodes.onChange(listener);
  }
}
