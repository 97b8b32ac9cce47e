/** Where scheduling learns which replicas there are; the nodes feature in the product. */
import type { ReplicaSnapshot } from './replica-snapshot.js';

export abstract class ReplicaDirectory {
  /** Replicas of all nodes that are not lost, ready or not. */
  abstract replicas(): readonly ReplicaSnapshot[];
  /** Calls the listener after each change. */
  abstract onChange(listener: () => void): void;
}
