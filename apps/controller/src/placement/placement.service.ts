/**
 * Where replicas go: the plan of `placement-plan.ts` for the state as it is seen now. The leader
 * carries it out (`reconciler.service.ts`); anybody may ask for one that is not.
 */
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../infra/clock.js';
import { NodesService, type ObservedNode } from '../nodes/nodes.service.js';
import { DeploymentsService } from '../deployments/deployments.service.js';
import type { WantedRevision } from '../deployments/wanted-revision.pure.js';
import type { CandidateNode, PlacedReplica } from './candidate-node.pure.js';
import { candidateOf, deviceKindOf, placedReplicaOf, unheardNode } from './candidate-of.pure.js';
import { FailedReplicas } from './failed-replicas.pure.js';
import { EstimatesService, type EstimateState } from './memory/estimates.service.js';
import { MemoryMarginsService } from './memory/memory-margins.service.js';
import { estimatedBytes, type NeedState } from './memory/memory-need.pure.js';
import { planPlacement, type PlacementPlan } from './placement-plan.pure.js';
import { UnheardNodes } from './unheard-nodes.pure.js';

const BRAKED =
  'Most nodes fell silent at once, so nothing is placed or moved until they are heard again or `corral nodes confirm-lost`.';

@Injectable()
export class PlacementService {
  private readonly logger = new Logger(PlacementService.name);
  private readonly unheard = new UnheardNodes();
  private readonly failed = new FailedReplicas();
  /** Replicas whose load has taught what it takes. */
  private learned = new Set<string>();

  constructor(
    private readonly nodes: NodesService,
    private readonly deployments: DeploymentsService,
    private readonly estimates: EstimatesService,
    private readonly margins: MemoryMarginsService,
    private readonly clock: Clock,
  ) {}

  /** With what is known at once: what is being measured is a reason, and known in a later plan. */
  plan(wanted: readonly WantedRevision[]): PlacementPlan {
    return planPlacement({
      wanted,
      ...this.cluster(),
      needs: this.needsOf(wanted),
      frozen: this.nodes.isBraked() ? BRAKED : null,
    });
  }

  /** As {@link plan}, were these all replicas: what others have loaded now would be free. */
  planIf(wanted: readonly WantedRevision[], placed: readonly PlacedReplica[]): PlacementPlan {
    const { nodes, placed: now } = this.cluster();
    const stay = new Set(placed.map(({ replicaId }) => replicaId));
    const gone = now.filter(({ replicaId, isLoaded }) => isLoaded && !stay.has(replicaId));
    return planPlacement({
      wanted,
      placed,
      nodes: nodes.map((node) => without(node, gone)),
      needs: this.needsOf(wanted),
      frozen: null,
    });
  }

  /** Nodes with a row, and the replicas on them, as they are seen now. */
  cluster(): { nodes: CandidateNode[]; placed: PlacedReplica[] } {
    const { replicas, generations } = this.deployments.desired();
    const all = this.nodes.observed();
    const observed = all.filter(({ heartbeat }) => generations.has(heartbeat.nodeId));
    const unheard = this.unheard.observe(
      new Set(replicas.map(({ nodeId }) => nodeId)),
      new Set(all.map(({ heartbeat }) => heartbeat.nodeId)),
      {
        anyReady: observed.some(({ state }) => state === 'ready'),
        nowMs: this.clock.monotonicMs(),
      },
    );
    const reported = reportedReplicas(observed);
    const failed = this.failed.observe(reported, this.clock.monotonicMs());
    return {
      nodes: [
        ...observed.map(candidateOf),
        ...[...unheard].map(([nodeId, ms]) => unheardNode(nodeId, ms)),
      ],
      placed: replicas.map((replica) => {
        const { replicaId } = replica;
        return placedReplicaOf(replica, reported.get(replicaId), failed.get(replicaId) ?? null);
      }),
    };
  }

  private needsOf(wanted: readonly WantedRevision[]): Map<string, NeedState> {
    return new Map(
      wanted
        .filter(({ replicas }) => replicas > 0)
        .map((revision) => [revision.revisionId, this.needOf(revision)]),
    );
  }

  needOf(revision: Pick<WantedRevision, 'modelDigest' | 'spec'>): NeedState {
    return this.needFrom(this.estimates.of(revision.modelDigest, revision.spec), revision);
  }

  /** Waits until it was measured, if it can be. */
  async measuredNeedOf(revision: Pick<WantedRevision, 'modelDigest' | 'spec'>): Promise<NeedState> {
    const state = await this.estimates.settled(revision.modelDigest, revision.spec);
    return this.needFrom(state, revision);
  }

  /** Learns from replicas that have become ready what their loads really took. */
  async learn(): Promise<void> {
    const { replicas } = this.deployments.desired();
    const reported = reportedReplicas(this.nodes.observed());
    const placedNow = new Set(replicas.map(({ replicaId }) => replicaId));
    this.learned = new Set([...this.learned].filter((replicaId) => placedNow.has(replicaId)));
    for (const { replicaId, modelDigest, spec, reserved } of replicas) {
      const measuredBytes = reported.get(replicaId)?.memoryBytes ?? 0;
      if (this.learned.has(replicaId) || measuredBytes === 0) continue;
      const need = this.needOf({ modelDigest, spec });
      const deviceIds = reserved.map(({ deviceId }) => deviceId);
      const deviceKind = deviceKindOf(deviceIds);
      if (!need.known || deviceKind === null) continue;
      this.learned.add(replicaId);
      const devices = deviceIds.filter((id) => deviceKindOf([id]) === deviceKind).length;
      const estimateBytes = estimatedBytes(need.need, deviceKind, devices);
      const { contextTokens } = need.need.estimate;
      const { kvCacheType } = spec;
      await this.margins
        .learn(
          { modelDigest, contextTokens, kvCacheType, deviceKind },
          { estimateBytes, measuredBytes },
        )
        .catch((error: unknown) => {
          this.learned.delete(replicaId);
          this.logger.warn(`a memory margin was not kept: ${String(error)}`);
        });
    }
  }

  private needFrom(
    state: EstimateState,
    { modelDigest, spec }: Pick<WantedRevision, 'modelDigest' | 'spec'>,
  ): NeedState {
    if (!state.known) return state;
    const { estimate } = state;
    const { contextTokens } = estimate;
    const { kvCacheType, gpuLayers } = spec;
    const margins = this.margins.marginsFor({ modelDigest, contextTokens, kvCacheType });
    return { known: true, need: { estimate, gpuLayers, margins } };
  }
}

/** The node with the memory of these replicas free. */
function without(node: CandidateNode, gone: readonly PlacedReplica[]): CandidateNode {
  const freed = gone.filter(({ nodeId }) => nodeId === node.nodeId).flatMap((one) => one.reserved);
  const freedOf = (deviceId: string): number =>
    freed.reduce((sum, one) => (one.deviceId === deviceId ? sum + one.bytes : sum), 0);
  return {
    ...node,
    devices: node.devices.map((device) => ({
      ...device,
      freeBytes: Math.min(device.totalBytes, device.freeBytes + freedOf(device.id)),
    })),
  };
}

/** By replica, of nodes that are not lost; a node that is lost shows nothing any more. */
function reportedReplicas(observed: readonly ObservedNode[]) {
  return new Map(
    observed
      .filter(({ state }) => state !== 'lost')
      .flatMap(({ heartbeat }) => heartbeat.replicas)
      .map((replica) => [replica.replicaId, replica] as const),
  );
}
