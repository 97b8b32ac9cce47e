import { placementSchema, replicaSpecSchema } from '@corral/contracts';
import { planPlacement, type CandidateNode, type PlacedReplica } from './placement-plan.js';
import type { WantedRevision } from './wanted-revision.js';

function node(nodeId: string, change: Partial<CandidateNode> = {}): CandidateNode {
  return {
    nodeId,
    name: nodeId,
    isReady: true,
    modelDigests: new Set(['file']),
    freeBytes: 8,
    ...change,
  };
}
function wanted(change: Partial<WantedRevision> = {}): WantedRevision {
  return {
    deployment: 'm',
    revisionId: 'v1',
    modelDigest: 'file',
    spec: replicaSpecSchema.parse({}),
    replicas: 1,
    pinnedNodeId: null,
    placement: placementSchema.parse({}),
    ...change,
  };
}
function placed(replicaId: string, nodeId: string, revisionId = 'v1'): PlacedReplica {
  return { replicaId, nodeId, revisionId, deployment: 'm' };
}

describe('placement', () => {
  it('puts a replica on the node with the most free memory', () => {
    const { actions } = planPlacement([wanted()], [], [node('a'), node('b', { freeBytes: 9 })]);
    expect(actions).toEqual([{ action: 'place', deployment: 'm', revisionId: 'v1', nodeId: 'b' }]);
  });

  it('spreads replicas before it doubles up', () => {
    const nodes = [node('a', { freeBytes: 99 }), node('b')];
    const { actions } = planPlacement([wanted({ replicas: 3 })], [placed('r', 'a')], nodes);
    expect(actions.map((action) => action.nodeId)).toEqual(['b', 'a']);
  });

  it('has nothing to do once it was carried out', () => {
    const deployment = wanted({ replicas: 2 });
    const nodes = [node('a'), node('b')];
    const first = planPlacement([deployment], [], nodes);
    const then = first.actions.map(({ nodeId }, index) => placed(`r${index}`, nodeId));
    expect(planPlacement([deployment], then, nodes).actions).toEqual([]);
  });

  it('removes replicas of an older revision and those beyond the number', () => {
    const replicas = [placed('old', 'a', 'v0'), placed('keep', 'a'), placed('surplus', 'b')];
    const { actions } = planPlacement([wanted()], replicas, [node('a'), node('b')]);
    expect(actions).toEqual([
      { action: 'remove', replicaId: 'old', nodeId: 'a' },
      { action: 'remove', replicaId: 'surplus', nodeId: 'b' },
    ]);
  });

  it('uses only the node that it is bound to', () => {
    const nodes = [node('a', { freeBytes: 99 }), node('b')];
    const { actions } = planPlacement([wanted({ pinnedNodeId: 'b' })], [], nodes);
    expect(actions).toMatchObject([{ nodeId: 'b' }]);
  });

  it('says what each node lacks when none will do', () => {
    const nodes = [node('a', { isReady: false }), node('b', { modelDigests: new Set() })];
    const { actions, reasons } = planPlacement([wanted()], [], nodes);
    expect(actions).toEqual([]);
    expect(reasons.get('m')).toBe('a is not reachable; b does not have the model file.');
  });
});
