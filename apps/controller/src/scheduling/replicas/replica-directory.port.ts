/** Where scheduling learns which replicas there are; the nodes feature in the product. */
import type { ReplicaSnapshot } from './replica-snapshot.pure.js';

export abstract class ReplicaDirectory {
  /** Replicas of a node, ready or not; none of a node that is lost or was never heard of. */
  abstract replicasOf(nodeId: string): readonly ReplicaSnapshot[];
  /** Calls the listener after each change, with the node that changed. */
  abstract onChange(listener: (nodeId: string) => void): void;
}
