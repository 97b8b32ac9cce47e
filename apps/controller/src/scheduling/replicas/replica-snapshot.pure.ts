/** A replica as scheduling sees it: taken from its node's last heartbeat. */
import type { EngineStats, Failure, ReplicaState } from '@corral/contracts';

export interface ReplicaSnapshot {
  replicaId: string;
  nodeId: string;
  /** The worker's run; attempts do not outlive it. */
  bootId: string;
  deployment: string;
  revisionId: string;
  modelDigest: string;
  state: ReplicaState;
  /** False while the node is suspect, lost, leaving or yielding: no new work, running work goes on. */
  reachable: boolean;
  /** The node has been silent for longer than a heartbeat may take: its silent streams move. */
  suspect: boolean;
  /** Sequences it decodes together; 0 until ready. */
  slots: number;
  /** Attempts on board at the time of the heartbeat, those of all controllers, queued ones too. */
  load: number;
  /** Tokens of context per slot; 0 until ready. */
  contextTokens: number;
  /** The engine's counters since it started; null until it has some. */
  stats: EngineStats | null;
  /** Blocks' hashes that each of its sequences holds; null: its worker does not say. */
  heldPrefixes: readonly (readonly number[])[] | null;
  /** Why it is not ready, where it failed. */
  failure: Failure | null;
  /** Until a failed replica is started again by itself; null: not before something changes. */
  retryInMs: number | null;
}
