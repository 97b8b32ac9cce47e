/** What placement knows of machines and of the replicas on them. Pure types. */
import type { DeviceKind, Labels, Reservation } from '@corral/contracts';

/** Memory of one device, bytes, as its node reports it. */
export interface DeviceMemory {
  /** Unique on the node; `cpu` is the machine's own memory. */
  id: string;
  kind: DeviceKind;
  totalBytes: number;
  freeBytes: number;
}

export interface CandidateNode {
  nodeId: string;
  name: string;
  /** Takes new work now: heard of in time, and not about to leave. */
  isReady: boolean;
  /** Since when nothing is heard of it, milliseconds; null: it is not lost. */
  lostForMs: number | null;
  /** An admin wants nothing new here. */
  cordoned: boolean;
  /** An admin wants nothing here at all. */
  drained: boolean;
  /** It gives way to other use of the machine, and runs nothing meanwhile. */
  yielding: boolean;
  /** It may not connect any more. */
  revoked: boolean;
  labels: Labels;
  /** Version of its engine; null until one has told it. */
  engine: string | null;
  devices: readonly DeviceMemory[];
  /** Where the models are; null: it cannot be told. */
  diskFreeBytes: number | null;
  /** Size of each complete file in its store, by digest. */
  modelBytes: ReadonlyMap<string, number>;
  /** Slots at work now, of all its replicas. */
  activeSlots: number;
}

export interface PlacedReplica {
  replicaId: string;
  revisionId: string;
  deployment: string;
  modelDigest: string;
  nodeId: string;
  /** As written when it was placed; empty: placed before there were reservations. */
  reserved: readonly Reservation[];
  /** Its node shows it loaded, so that what the node reports as free is without it. */
  isLoaded: boolean;
  /** It answers requests. */
  isReady: boolean;
  /** Since when it has failed to come up, milliseconds; null: it has not. */
  failedForMs: number | null;
}
