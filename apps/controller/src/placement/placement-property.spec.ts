/**
 * Placement on random clusters over random events: whatever happens, a device is never promised
 * more than it has, and a cluster that is left alone comes to rest.
 */
import { placementSchema } from '@corral/contracts';
import { candidate, device, GIB, need, placed, wanted } from '../testing/placement-scenes.js';
import { seededRandom } from '../testing/seeded-random.js';
import type { CandidateNode, PlacedReplica } from './candidate-node.pure.js';
import type { MemoryNeed, NeedState } from './memory/memory-need.pure.js';
import { planPlacement, type PlacementPlan } from './placement-plan.pure.js';
import type { WantedRevision } from '../deployments/wanted-revision.pure.js';

const CLUSTERS = 200;
const ROUNDS = 25;

class RandomCluster {
  readonly revisions: WantedRevision[];
  replicas: PlacedReplica[] = [];
  private readonly needs = new Map<string, MemoryNeed>();
  private readonly nodes: CandidateNode[];
  /** Bytes that others use, by node and device. */
  private readonly others = new Map<string, number>();
  private names = 0;

  constructor(private readonly random: () => number) {
    this.nodes = Array.from({ length: 1 + this.below(6) }, (_, index) => {
      const gpus = Array.from({ length: this.below(4) }, (_, gpu) =>
        device(`cuda${gpu}`, [8, 16, 24, 80][this.below(4)] ?? 8),
      );
      const modelBytes = new Map(this.below(2) === 0 ? [['file', 4 * GIB]] : []);
      const cpu = device('cpu', [16, 32, 64][this.below(3)] ?? 16);
      return candidate(`n${index}`, { devices: [cpu, ...gpus], modelBytes });
    });
    this.revisions = Array.from({ length: 1 + this.below(5) }, (_, index) => {
      const scale = 0.2 + 3 * this.random();
      const { estimate } = need();
      const times = (bytes: number): number => Math.ceil(bytes * scale);
      this.needs.set(`v${index}`, {
        gpuLayers: ([0, 3, 'auto'] as const)[this.below(3)] ?? 'auto',
        margins: { cpu: 1.05, cuda: 1 + this.random() / 2, vulkan: 1, metal: 1 },
        estimate: {
          ...estimate,
          kvCacheBytes: times(estimate.kvCacheBytes),
          cpu: {
            weightsBytes: times(estimate.cpu.weightsBytes),
            computeBytes: times(estimate.cpu.computeBytes),
          },
          gpu: {
            weightsBytes: times(estimate.gpu.weightsBytes),
            outputBytes: times(estimate.gpu.outputBytes),
            hostBytes: times(estimate.gpu.hostBytes),
            computeBytes: times(estimate.gpu.computeBytes),
          },
        },
      });
      const strategy = this.below(2) === 0 ? 'pack' : 'spread';
      return wanted({
        deployment: `d${index}`,
        revisionId: `v${index}`,
        replicas: this.below(5),
        placement: placementSchema.parse({ strategy }),
      });
    });
  }

  /** Something happens: others come and go, loads end, nodes go and come, numbers change. */
  disturb(): void {
    for (const node of this.nodes) {
      for (const { id, totalBytes } of node.devices) {
        if (this.below(4) === 0) {
          this.others.set(`${node.nodeId}/${id}`, Math.floor(totalBytes * this.random() * 0.6));
        }
      }
      if (this.below(8) === 0) node.drained = !node.drained;
      if (this.below(8) === 0) node.yielding = !node.yielding;
      if (this.below(8) === 0) {
        node.isReady = !node.isReady;
        node.lostForMs = node.isReady ? null : 30_000 + this.below(2) * 60_000;
      }
    }
    for (const revision of this.revisions) {
      if (this.below(6) === 0) revision.replicas = this.below(5);
    }
    this.load(0.5);
    this.replicas = this.replicas.map((replica) => ({
      ...replica,
      failedForMs: replica.isLoaded || this.below(4) > 0 ? null : 30_000 + this.below(2) * 60_000,
    }));
  }

  /** Everything is well again, and others keep still. */
  calm(): void {
    for (const node of this.nodes) {
      Object.assign(node, { drained: false, yielding: false, isReady: true, lostForMs: null });
    }
    this.load(1);
  }

  plan(): PlacementPlan {
    return planPlacement({
      wanted: this.revisions,
      placed: this.replicas,
      nodes: this.snapshot(),
      needs: new Map<string, NeedState>(
        [...this.needs].map(([id, one]) => [id, { known: true, need: one }]),
      ),
      frozen: null,
    });
  }

  carryOut({ actions }: PlacementPlan): void {
    for (const step of actions) {
      if (step.action === 'remove') {
        this.replicas = this.replicas.filter(({ replicaId }) => replicaId !== step.replicaId);
      } else {
        const { nodeId, revisionId, deployment, reserved } = step;
        const state = { revisionId, deployment, reserved, isReady: false, isLoaded: false };
        this.replicas.push(placed(`r${(this.names += 1)}`, nodeId, state));
      }
    }
  }

  /** Devices that got a new promise though what is used and promised is more than they have. */
  overcommitted({ actions }: PlacementPlan): string[] {
    const touched = actions.flatMap((step) =>
      step.action === 'place' ? step.reserved.map((one) => `${step.nodeId}/${one.deviceId}`) : [],
    );
    return touched.filter((key) => {
      const [nodeId = '', deviceId = ''] = key.split('/');
      const node = this.nodes.find((one) => one.nodeId === nodeId);
      const { totalBytes = 0 } = node?.devices.find(({ id }) => id === deviceId) ?? {};
      return (this.others.get(key) ?? 0) + this.promised(nodeId, deviceId) > totalBytes;
    });
  }

  private snapshot(): CandidateNode[] {
    return this.nodes.map((node) => ({
      ...node,
      devices: node.devices.map((one) => {
        const used = this.others.get(`${node.nodeId}/${one.id}`) ?? 0;
        const held = this.promised(node.nodeId, one.id, true);
        return { ...one, freeBytes: Math.max(0, one.totalBytes - used - held) };
      }),
    }));
  }

  private promised(nodeId: string, deviceId: string, loadedOnly = false): number {
    return this.replicas
      .filter((replica) => replica.nodeId === nodeId && (replica.isLoaded || !loadedOnly))
      .flatMap(({ reserved }) => reserved)
      .filter((one) => one.deviceId === deviceId)
      .reduce((sum, { bytes }) => sum + bytes, 0);
  }

  private load(share: number): void {
    this.replicas = this.replicas.map((replica) =>
      this.random() < share
        ? { ...replica, isLoaded: true, isReady: true, failedForMs: null }
        : replica,
    );
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }
}

describe('placement on random clusters', () => {
  it(`promises no device more than it has (${CLUSTERS} clusters, ${ROUNDS} rounds each)`, () => {
    let placements = 0;
    for (let seed = 1; seed <= CLUSTERS; seed += 1) {
      const cluster = new RandomCluster(seededRandom(seed));
      for (let round = 0; round < ROUNDS; round += 1) {
        cluster.disturb();
        const plan = cluster.plan();
        cluster.carryOut(plan);
        placements += plan.actions.filter(({ action }) => action === 'place').length;
        expect({ seed, round, over: cluster.overcommitted(plan) }).toEqual({
          seed,
          round,
          over: [],
        });
      }
    }
    expect(placements).toBeGreaterThan(CLUSTERS);
  });

  it('comes to rest when nothing happens, with as many replicas as wanted or a reason', () => {
    for (let seed = 1; seed <= CLUSTERS; seed += 1) {
      const cluster = new RandomCluster(seededRandom(seed));
      for (let round = 0; round < 5; round += 1) {
        cluster.disturb();
        cluster.carryOut(cluster.plan());
      }
      for (let round = 0; round < 3; round += 1) {
        cluster.calm();
        cluster.carryOut(cluster.plan());
      }
      const { actions, reasons } = cluster.plan();
      expect({ seed, actions }).toEqual({ seed, actions: [] });
      for (const { deployment, replicas } of cluster.revisions) {
        const count = cluster.replicas.filter((one) => one.deployment === deployment).length;
        const isShort = count < replicas;
        expect({ seed, deployment, isShort, count: Math.min(count, replicas) }).toEqual({
          seed,
          deployment,
          isShort: reasons.has(deployment),
          count,
        });
      }
    }
  });
});
