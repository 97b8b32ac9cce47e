/**
 * What nodes can still take while a plan is made: what they report, less what is promised on them,
 * by earlier plans and by this one.
 */
import type { Reservation } from '@corral/contracts';
import type { CandidateNode, PlacedReplica } from './candidate-node.pure.js';
import { fitOnDevices, type DeviceFit } from './device-fit.pure.js';
import { freeMemoryOf, type FreeMemory } from './memory/free-memory.pure.js';
import type { MemoryNeed } from './memory/memory-need.pure.js';
import { whyNotOn, type FileSupply } from './node-filter.pure.js';
import type { FittingNode } from './node-rank.pure.js';
import type { WantedRevision } from '../deployments/wanted-revision.pure.js';

export interface Refusal {
  nodeId: string;
  name: string;
  /** A sentence that names the node, without its full stop. */
  reason: string;
}

export interface Offers {
  fitting: (FittingNode & { reserved: Reservation[] })[];
  /** Nodes that lack memory come first: they are the nearest to fitting. */
  refusals: Refusal[];
}

/** A replica that is placed by this plan. */
export type NewReplica = Pick<
  PlacedReplica,
  'deployment' | 'revisionId' | 'modelDigest' | 'nodeId' | 'reserved'
>;

export class NodeCapacity {
  private readonly placed = new Map<string, PlacedReplica[]>();
  /** Size of each model file that can be had from some node, by digest. */
  private readonly files = new Map<string, number>();

  constructor(
    private readonly nodes: readonly CandidateNode[],
    placed: readonly PlacedReplica[],
  ) {
    for (const replica of placed) this.add(replica);
    for (const { isReady, modelBytes } of nodes) {
      if (!isReady) continue;
      for (const [digest, bytes] of modelBytes) this.files.set(digest, bytes);
    }
  }

  /** What each node says to one more replica. */
  offersFor(revision: WantedRevision, need: MemoryNeed): Offers {
    const { open, refusals } = this.openFor(revision);
    const fitting: Offers['fitting'] = [];
    const short: Refusal[] = [];
    for (const node of open) {
      const { nodeId, name } = node;
      const fit = fitOnDevices(need, name, this.freeOn(node), revision.placement);
      if (fit.fits) fitting.push(this.describe(node, revision, fit));
      else short.push({ nodeId, name, reason: fit.reason });
    }
    return { fitting, refusals: [...short, ...refusals] };
  }

  /** The nodes that could take it if memory were no matter, and why the others cannot. */
  openFor(revision: WantedRevision): { open: CandidateNode[]; refusals: Refusal[] } {
    const open: CandidateNode[] = [];
    const refusals: Refusal[] = [];
    for (const node of this.nodes) {
      const { nodeId, name } = node;
      if (revision.pinnedNodeId !== null && revision.pinnedNodeId !== nodeId) continue;
      const reason = whyNotOn(revision, node, this.supplyOf(revision.modelDigest, node));
      if (reason === null) open.push(node);
      else refusals.push({ nodeId, name, reason });
    }
    return { open, refusals };
  }

  /** What is free on a node's devices now. */
  freeOn(node: CandidateNode): FreeMemory[] {
    return freeMemoryOf(node, this.placed.get(node.nodeId) ?? []);
  }

  /** Others have taken what was promised to it, before it was loaded. */
  isDisplaced(replica: PlacedReplica): boolean {
    const node = this.nodes.find(({ nodeId }) => nodeId === replica.nodeId);
    if (node === undefined || replica.isLoaded) return false;
    const others = (this.placed.get(replica.nodeId) ?? []).filter((one) => one !== replica);
    const free = new Map(freeMemoryOf(node, others).map((device) => [device.id, device.freeBytes]));
    return replica.reserved.some(({ deviceId, bytes }) => bytes > (free.get(deviceId) ?? 0));
  }

  promise(replica: NewReplica): void {
    const rest = { replicaId: '', isLoaded: false, isReady: false, failedForMs: null };
    this.add({ ...replica, ...rest });
  }

  private add(replica: PlacedReplica): void {
    const there = this.placed.get(replica.nodeId) ?? [];
    there.push(replica);
    this.placed.set(replica.nodeId, there);
  }

  private supplyOf(digest: string, node: CandidateNode): FileSupply {
    const onTheWay = new Set(
      (this.placed.get(node.nodeId) ?? [])
        .map(({ modelDigest }) => modelDigest)
        .filter((other) => other !== digest && !node.modelBytes.has(other)),
    );
    const promisedBytes = [...onTheWay].reduce((sum, one) => sum + (this.files.get(one) ?? 0), 0);
    return { sizeBytes: this.files.get(digest) ?? null, promisedBytes };
  }

  private describe(
    node: CandidateNode,
    { deployment, modelDigest }: WantedRevision,
    { kind, reserved, freeAfterBytes }: Extract<DeviceFit, { fits: true }>,
  ): Offers['fitting'][number] {
    const there = this.placed.get(node.nodeId) ?? [];
    return {
      nodeId: node.nodeId,
      name: node.name,
      kind,
      hasFile: node.modelBytes.has(modelDigest),
      ofDeployment: there.filter((replica) => replica.deployment === deployment).length,
      replicas: there.length,
      activeSlots: node.activeSlots,
      freeAfterBytes,
      reserved,
    };
  }
}
