import type { PlacedReplica } from '../../placement/candidate-node.pure.js';
import type { PlacementPlan } from '../../placement/placement-plan.pure.js';
import { seededRandom } from '../../testing/seeded-random.js';
import { rolloutOf } from '../../testing/rollouts.js';
import { planRollout } from './rollout-plan.pure.js';

/** Places on nodes that each have room for so many replicas. */
function placeInto(roomPerNode: number, nodes: string[]) {
  return (
    numbers: { from: number; to: number },
    placed: readonly PlacedReplica[],
  ): PlacementPlan => {
    const plan: PlacementPlan = { actions: [], reasons: new Map(), measuring: new Set() };
    const room = new Map(nodes.map((node) => [node, roomPerNode]));
    for (const { nodeId } of placed) room.set(nodeId, (room.get(nodeId) ?? 0) - 1);
    for (const [revisionId, wanted] of [
      ['r1', numbers.from],
      ['r2', numbers.to],
    ] as const) {
      const own = placed.filter((replica) => replica.revisionId === revisionId);
      for (const { replicaId, nodeId } of own.slice(wanted)) {
        plan.actions.push({ action: 'remove', replicaId, nodeId, why: 'surplus' });
      }
      for (let missing = wanted - own.length; missing > 0; missing -= 1) {
        const nodeId = nodes.find((node) => (room.get(node) ?? 0) > 0);
        if (nodeId === undefined) {
          plan.reasons.set('m', 'Every node is full.');
          break;
        }
        room.set(nodeId, (room.get(nodeId) ?? 0) - 1);
        const made = { deployment: 'm', revisionId, nodeId, reserved: [], why: 'room' };
        plan.actions.push({ action: 'place', ...made });
      }
    }
    return plan;
  };
}

function planOf(desired: number, room: number, nodes: string[], strategy: object = {}) {
  const placed = Array.from({ length: desired }, (_, at) => ({
    replicaId: `old-${at}`,
    revisionId: 'r1',
    nodeId: nodes[at % nodes.length] ?? '',
    deployment: 'm',
    modelDigest: 'model',
    reserved: [],
    isLoaded: true,
    isReady: true,
    failedForMs: null,
  }));
  return planRollout({
    rollout: rolloutOf({ state: 'planned' }, strategy),
    deployment: 'm',
    desired,
    placed,
    place: placeInto(room, nodes),
    nodeName: (nodeId) => `machine ${nodeId}`,
  });
}

function lines(plan: ReturnType<typeof planOf>): string[] {
  return plan.steps.map(
    ({ percent, action, method, revision, node, readyReplicas }) =>
      `${percent} % ${action} ${revision} ${node ?? '-'} ${method ?? '-'} ${readyReplicas}`,
  );
}

describe('the plan of a rollout', () => {
  it('loads the new beside the old where there is room, and leaves all that is desired', () => {
    const plan = planOf(2, 2, ['a', 'b']);
    expect(lines(plan)).toEqual([
      '100 % load 2 machine a surge 2',
      '100 % unload 1 machine b - 2',
      '100 % load 2 machine b surge 2',
      '100 % unload 1 machine a - 2',
    ]);
    expect(plan).toMatchObject({ desired: 2, outcome: 'completes', reason: null });
    expect(plan.steps[0]?.slots).toBe(8);
  });

  it('swaps one after the other where there is none, with one missing', () => {
    expect(lines(planOf(2, 1, ['a', 'b'], { maxUnavailable: 1 }))).toEqual([
      '100 % unload 1 machine b - 1',
      '100 % load 2 machine b drain_and_swap 1',
      '100 % unload 1 machine a - 1',
      '100 % load 2 machine a drain_and_swap 1',
    ]);
  });

  it('says where it would pause, why, and what to do', () => {
    const plan = planOf(1, 1, ['a']);
    expect(plan).toMatchObject({ outcome: 'pauses', steps: [] });
    expect(plan.reason).toMatch(/Every node is full\..*maxUnavailable/);
  });

  it('shows when a canary gets its keys', () => {
    expect(lines(planOf(1, 2, ['a'], { canarySteps: [10] }))).toEqual([
      '10 % load 2 machine a surge 1',
      '10 % shift 2 - - 2',
      '100 % unload 1 machine a - 1',
    ]);
  });

  it('never leaves fewer replicas than it may, and ends, on a thousand clusters', () => {
    const random = seededRandom(20261125);
    const upTo = (most: number): number => Math.floor(random() * (most + 1));
    let swapped = 0;
    for (let round = 0; round < 1_000; round += 1) {
      const nodes = ['a', 'b', 'c', 'd'].slice(0, 1 + upTo(3));
      const room = 1 + upTo(3);
      const desired = 1 + upTo(nodes.length * room - 1);
      const isSwap = upTo(1) === 1;
      const maxUnavailable = (isSwap ? 1 : 0) + upTo(2);
      const canarySteps = [[], [50], [5, 25]][upTo(2)];
      const method = isSwap ? 'drain_and_swap' : 'surge';
      const plan = planOf(desired, room, nodes, { method, maxUnavailable, canarySteps });
      const least = Math.min(...plan.steps.map(({ readyReplicas }) => readyReplicas));
      expect(least).toBeGreaterThanOrEqual(desired - maxUnavailable);
      if (maxUnavailable > 0 && canarySteps?.length === 0) expect(plan.outcome).toBe('completes');
      if (least < desired) swapped += 1;
    }
    expect(swapped).toBeGreaterThan(100);
  });
});
