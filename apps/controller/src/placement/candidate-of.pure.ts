/** From what nodes report to what placement plans with. Pure. */
import { DEVICE_KINDS, type DeviceKind, type ObservedReplica } from '@corral/contracts';
import type { ObservedNode } from '../nodes/registry/observed-node.pure.js';
import type { StoredReplica } from '../deployments/desired-state.pure.js';
import type { CandidateNode, PlacedReplica } from './candidate-node.pure.js';

/** A node that is heard of. */
export function candidateOf({
  heartbeat,
  state,
  silentMs,
  settings,
  labels,
}: ObservedNode): CandidateNode {
  const { nodeId, name, platform, devices, disk, models, replicas, draining } = heartbeat;
  return {
    nodeId,
    name,
    isReady: state === 'ready' && !draining,
    lostForMs: state === 'lost' ? silentMs : null,
    cordoned: settings.cordonedAt !== null,
    drained: settings.drainedAt !== null,
    yielding: heartbeat.yielding,
    revoked: settings.revokedAt !== null,
    labels,
    engine: platform.engine,
    devices: devices.map(({ id, kind, totalBytes, freeBytes }) => ({
      id,
      kind,
      totalBytes,
      freeBytes,
    })),
    diskFreeBytes: disk?.freeBytes ?? null,
    modelBytes: new Map(
      models.flatMap(({ digest, sizeBytes, state: stored }) =>
        digest !== null && stored === 'ready' ? [[digest, sizeBytes] as const] : [],
      ),
    ),
    activeSlots: replicas.reduce((sum, { activeSlots }) => sum + activeSlots, 0),
  };
}

/** A node that has replicas and was not heard of for so long, since this controller began to listen. */
export function unheardNode(nodeId: string, unheardForMs: number): CandidateNode {
  return {
    nodeId,
    name: nodeId,
    isReady: false,
    lostForMs: unheardForMs,
    cordoned: false,
    drained: false,
    yielding: false,
    revoked: false,
    labels: {},
    engine: null,
    devices: [],
    diskFreeBytes: null,
    modelBytes: new Map(),
    activeSlots: 0,
  };
}

/**
 * @param observed what its node reports of it; undefined: nothing, or the node is not reachable
 * @param failedForMs see failed-replicas.ts
 */
export function placedReplicaOf(
  replica: StoredReplica,
  observed: ObservedReplica | undefined,
  failedForMs: number | null,
): PlacedReplica {
  const { replicaId, revisionId, deployment, modelDigest, nodeId, reserved } = replica;
  const isReady = observed?.state === 'ready';
  return {
    replicaId,
    revisionId,
    deployment,
    modelDigest,
    nodeId,
    reserved,
    isReady,
    isLoaded: isReady || observed?.state === 'draining',
    failedForMs,
  };
}

/** The kind of the devices that the names (`cuda0`) of a replica's reservations tell; null: none do. */
export function deviceKindOf(deviceIds: readonly string[]): DeviceKind | null {
  const kinds = deviceIds.flatMap((id) => DEVICE_KINDS.find((kind) => id.startsWith(kind)) ?? []);
  return kinds.find((kind) => kind !== 'cpu') ?? kinds[0] ?? null;
}
