import { placementSchema } from '@corral/contracts';
import { candidate, device, GIB, need, placed, wanted } from '../testing/placement-scenes.js';
import type { CandidateNode, PlacedReplica } from './candidate-node.pure.js';
import type { MemoryNeed } from './memory/memory-need.pure.js';
import { planPlacement, type PlacementPlan } from './placement-plan.pure.js';
import type { WantedRevision } from '../deployments/wanted-revision.pure.js';

interface Scene {
  wanted?: WantedRevision[];
  placed?: PlacedReplica[];
  nodes: CandidateNode[];
  need?: MemoryNeed | null;
  frozen?: string;
}

function plan(scene: Scene): PlacementPlan {
  const revisions = scene.wanted ?? [wanted()];
  const known = scene.need === undefined ? need() : scene.need;
  const state =
    known === null
      ? { known: false as const, reason: 'It is being measured.', refused: false }
      : { known: true as const, need: known };
  return planPlacement({
    wanted: revisions,
    placed: scene.placed ?? [],
    nodes: scene.nodes,
    needs: new Map(revisions.map(({ revisionId }) => [revisionId, state])),
    frozen: scene.frozen ?? null,
  });
}
/** `+a` places on a, `-r` removes r. */
const steps = ({ actions }: PlacementPlan): string[] =>
  actions.map((step) => (step.action === 'place' ? `+${step.nodeId}` : `-${step.replicaId}`));
const gpuNode = (nodeId: string, freeGib: number, change: Partial<CandidateNode> = {}) =>
  candidate(nodeId, { devices: [device('cpu', 16), device('cuda0', 24, freeGib)], ...change });

describe('placement', () => {
  it('puts a replica where most memory is left, and says why', () => {
    const nodes = [candidate('a', { devices: [device('cpu', 16, 12)] }), candidate('b')];
    const { actions } = plan({ nodes });
    expect(actions).toEqual([
      {
        action: 'place',
        deployment: 'm',
        revisionId: 'v1',
        nodeId: 'b',
        reserved: [{ deviceId: 'cpu', bytes: 7.75 * GIB }],
        why: 'it is left with the most memory (8.3 GiB)',
      },
    ]);
  });

  it('prefers a GPU, then spreads, then prefers the file, then the idle machine', () => {
    expect(steps(plan({ nodes: [candidate('a'), gpuNode('b', 20)] }))).toEqual(['+b']);
    const two = wanted({ replicas: 3 });
    const nodes = [candidate('a'), candidate('b', { devices: [device('cpu', 64)] })];
    expect(steps(plan({ wanted: [two], nodes }))).toEqual(['+b', '+a', '+b']);
    const without = candidate('a', { modelBytes: new Map(), devices: [device('cpu', 64)] });
    expect(steps(plan({ nodes: [without, candidate('b')] }))).toEqual(['+b']);
    const busy = candidate('a', { activeSlots: 3 });
    expect(steps(plan({ nodes: [busy, candidate('b')] }))).toEqual(['+b']);
  });

  it('packs onto machines in use where that is asked for', () => {
    const packed = wanted({
      replicas: 2,
      placement: placementSchema.parse({ strategy: 'pack' }),
    });
    const nodes = [candidate('a'), candidate('b', { devices: [device('cpu', 64)] })];
    const other = placed('x', 'a', { deployment: 'o', revisionId: 'o1' });
    const others = [packed, wanted({ deployment: 'o', revisionId: 'o1' })];
    expect(steps(plan({ wanted: others, placed: [other], nodes }))).toEqual(['+a', '+a']);
  });

  it('has nothing to do once it was carried out', () => {
    const revision = wanted({ replicas: 2 });
    const nodes = [candidate('a'), candidate('b')];
    const first = plan({ wanted: [revision], nodes });
    const then = first.actions.map(({ nodeId }, index) => placed(`r${index}`, nodeId));
    expect(steps(plan({ wanted: [revision], placed: then, nodes }))).toEqual([]);
  });

  it('removes what is not wanted, and of too many first those that are not ready', () => {
    const replicas = [
      placed('old', 'a', { revisionId: 'v0' }),
      placed('loading', 'a', { isReady: false }),
      placed('keep', 'a'),
      placed('young', 'b'),
    ];
    const { actions } = plan({ placed: replicas, nodes: [candidate('a'), candidate('b')] });
    expect(actions).toEqual([
      { action: 'remove', replicaId: 'old', nodeId: 'a', why: 'its revision is not wanted' },
      { action: 'remove', replicaId: 'young', nodeId: 'b', why: 'fewer are wanted' },
      { action: 'remove', replicaId: 'loading', nodeId: 'a', why: 'fewer are wanted' },
    ]);
  });

  it('uses only the node that it is bound to', () => {
    const bound = [wanted({ pinnedNodeId: 'b' })];
    const roomy = candidate('a', { devices: [device('cpu', 64)] });
    expect(steps(plan({ wanted: bound, nodes: [roomy, candidate('b')] }))).toEqual(['+b']);
    expect(plan({ wanted: bound, nodes: [roomy] }).reasons.get('m')).toBe(
      'The node it is bound to, b, has not joined yet.',
    );
  });

  it.each<[string, Partial<CandidateNode>, string]>([
    ['lost', { isReady: false }, 'Node a is not reachable.'],
    ['revoked', { revoked: true }, 'Node a is revoked.'],
    ['drained', { drained: true }, 'Node a is drained.'],
    ['cordoned', { cordoned: true }, 'Node a is cordoned.'],
    ['yielding', { yielding: true }, 'Node a gives way to other use of the machine.'],
    ['without an engine', { engine: null }, "Node a has not told its engine's version yet."],
    [
      'without the file',
      { modelBytes: new Map() },
      'Node a does not have the model file, nor has any other.',
    ],
    [
      'too small',
      { devices: [device('cpu', 24, 7.5)] },
      'Needs 7.8 GiB: weights 4.0, KV 3.0 (4 slots x 8,192), compute 0.5, engine 0.3; ' +
        'node a has 7.5 GiB free of 24.0, 16.5 used by others.',
    ],
  ])('refuses a node that is %s', (_, change, reason) => {
    const { actions, reasons } = plan({ nodes: [candidate('a', change)] });
    expect(actions).toEqual([]);
    expect(reasons.get('m')).toBe(reason);
  });

  it('refuses nodes that lack a label, another value of it, or the kind of device', () => {
    const placement = placementSchema.parse({ nodeLabels: { zone: 'x' }, deviceKind: 'cuda' });
    const nodes = [
      candidate('a'),
      candidate('b', { labels: { zone: 'y' } }),
      candidate('c', { labels: { zone: 'x' } }),
      gpuNode('d', 20, { labels: { zone: 'x' } }),
    ];
    expect(steps(plan({ wanted: [wanted({ placement })], nodes }))).toEqual(['+d']);
    const { reasons } = plan({ wanted: [wanted({ placement })], nodes: nodes.slice(0, 3) });
    expect(reasons.get('m')).toBe(
      'Node a has no label zone, not zone=x. Node b has zone=y, not zone=x. Node c has no cuda device.',
    );
  });

  it('brings the file to a node that has room for it, and to no other', () => {
    const has = candidate('a', { cordoned: true });
    const lacks = (diskGib: number) =>
      candidate('b', { modelBytes: new Map(), diskFreeBytes: diskGib * GIB });
    expect(steps(plan({ nodes: [has, lacks(6)] }))).toEqual(['+b']);
    expect(plan({ nodes: [has, lacks(4.5)] }).reasons.get('m')).toContain(
      'Node b has no room for the model file: 4.0 GiB, 3.5 GiB of disk to spare.',
    );
  });

  it('waits while the need is not known, unless no node could take it anyway', () => {
    expect(plan({ nodes: [candidate('a')], need: null }).reasons.get('m')).toBe(
      'It is being measured.',
    );
    const cordoned = candidate('a', { cordoned: true });
    expect(plan({ nodes: [cordoned], need: null }).reasons.get('m')).toBe('Node a is cordoned.');
  });

  it('moves nothing while it is frozen', () => {
    const lost = candidate('a', { isReady: false, lostForMs: 90_000 });
    const frozen = 'Most nodes fell silent at once.';
    const { actions, reasons } = plan({
      placed: [placed('r', 'a'), placed('old', 'a', { revisionId: 'v0' })],
      nodes: [lost, candidate('b')],
      frozen,
    });
    expect(actions).toEqual([]);
    expect(reasons.get('m')).toBe(frozen);
  });
});

describe('memory', () => {
  it('that is promised to a replica in the same plan is not given again', () => {
    const both = [wanted(), wanted({ deployment: 'n', revisionId: 'n1' })];
    const { actions, reasons } = plan({ wanted: both, nodes: [candidate('a')] });
    // Two of 7.75 GiB fit into 16, a third does not.
    expect(actions).toHaveLength(2);
    expect(reasons.size).toBe(0);
    const three = [...both, wanted({ deployment: 'o', revisionId: 'o1' })];
    expect(plan({ wanted: three, nodes: [candidate('a')] }).reasons.get('o')).toContain(
      'node a has 0.5 GiB free of 16.0, 15.5 promised to replicas that load',
    );
  });

  it('is promised until the node shows the replica loaded', () => {
    const reserved = [{ deviceId: 'cpu', bytes: 10 * GIB }];
    const other = wanted({ deployment: 'o', revisionId: 'o1' });
    const loading = placed('x', 'a', { revisionId: 'o1', reserved, isLoaded: false });
    const loaded = { ...loading, isLoaded: true };
    const roomy = (freeGib: number) => candidate('a', { devices: [device('cpu', 24, freeGib)] });
    const scene = (replica: PlacedReplica, freeGib: number) =>
      steps(plan({ wanted: [wanted(), other], placed: [replica], nodes: [roomy(freeGib)] }));
    expect(scene(loading, 16)).toEqual([]);
    expect(scene(loaded, 14)).toEqual(['+a']);
  });

  it('of mapped weights, which the system counts as free, is not given again', () => {
    const reserved = [{ deviceId: 'cpu', bytes: 10 * GIB }];
    const { reasons } = plan({
      wanted: [wanted(), wanted({ deployment: 'o', revisionId: 'o1' })],
      placed: [placed('x', 'a', { revisionId: 'o1', reserved })],
      nodes: [candidate('a')],
    });
    expect(reasons.get('m')).toContain('node a has 6.0 GiB free of 16.0, 10.0 held by replicas');
  });
});

describe('a replica on a node that is drained or lost', () => {
  const drained = candidate('a', { drained: true, cordoned: true });
  const lost = candidate('a', { isReady: false, lostForMs: 60_001 });

  it.each([
    ['drained', drained],
    ['lost', lost],
    ['revoked', candidate('a', { revoked: true })],
  ])('(%s) is replaced first, and goes when the other is ready', (_, node) => {
    const nodes = [node, candidate('b')];
    const old = placed('old', 'a');
    expect(steps(plan({ placed: [old], nodes }))).toEqual(['+b']);
    const next = placed('new', 'b', { isReady: false, isLoaded: false });
    expect(steps(plan({ placed: [old, next], nodes }))).toEqual([]);
    expect(steps(plan({ placed: [old, placed('new', 'b')], nodes }))).toEqual(['-old']);
  });

  it('stays where no other node can take it, and the reason says so', () => {
    const nodes = [drained, candidate('b', { cordoned: true })];
    const { actions, reasons } = plan({ placed: [placed('old', 'a')], nodes });
    expect(actions).toEqual([]);
    expect(reasons.get('m')).toBe(
      'A replica stays where it should leave, for no other node can take it: ' +
        'Node a is drained. Node b is cordoned.',
    );
  });

  it('goes without replacement when its deployment wants fewer', () => {
    const replicas = [placed('old', 'a'), placed('keep', 'b')];
    expect(steps(plan({ placed: replicas, nodes: [drained, candidate('b')] }))).toEqual(['-old']);
  });

  it('is left alone until the node has been lost for a minute', () => {
    const silent = candidate('a', { isReady: false, lostForMs: 60_000 });
    expect(steps(plan({ placed: [placed('r', 'a')], nodes: [silent, candidate('b')] }))).toEqual(
      [],
    );
  });

  it('stays when its node is back before the other is ready: the other goes', () => {
    const replicas = [placed('old', 'a'), placed('new', 'b', { isReady: false })];
    const nodes = [candidate('a'), candidate('b')];
    expect(steps(plan({ placed: replicas, nodes }))).toEqual(['-new']);
  });
});

describe('a replica that fails because others took its memory', () => {
  const reserved = [{ deviceId: 'cpu', bytes: 8 * GIB }];
  const taken = candidate('a', { devices: [device('cpu', 16, 5)] });
  const failing = (failedForMs: number | null) =>
    placed('old', 'a', { isReady: false, isLoaded: false, reserved, failedForMs });

  it('is placed elsewhere after a minute, and goes when the other is ready', () => {
    const nodes = [taken, candidate('b')];
    expect(steps(plan({ placed: [failing(60_000)], nodes }))).toEqual([]);
    expect(steps(plan({ placed: [failing(60_001)], nodes }))).toEqual(['+b']);
    const next = placed('new', 'b', { isReady: false, isLoaded: false });
    expect(steps(plan({ placed: [failing(90_000), next], nodes }))).toEqual([]);
    expect(steps(plan({ placed: [failing(90_000), placed('new', 'b')], nodes }))).toEqual(['-old']);
  });

  it('stays when it comes up first: the other goes', () => {
    const next = placed('new', 'b', { isReady: false, isLoaded: false });
    const nodes = [taken, candidate('b')];
    expect(steps(plan({ placed: [failing(null), next], nodes }))).toEqual(['-new']);
  });

  it('may go to another device of the same node', () => {
    const gpus = candidate('a', {
      devices: [device('cpu', 16), device('cuda0', 24, 3), device('cuda1', 24)],
    });
    const onFirst = { ...failing(60_001), reserved: [{ deviceId: 'cuda0', bytes: 8 * GIB }] };
    const { actions } = plan({ placed: [onFirst], nodes: [gpus] });
    expect(actions).toMatchObject([{ nodeId: 'a', reserved: [{ deviceId: 'cuda1' }, {}] }]);
  });

  it.each<[string, Scene]>([
    ['no other node can take it', { placed: [failing(60_001)], nodes: [taken] }],
    ['its memory is there', { placed: [failing(60_001)], nodes: [candidate('a'), candidate('b')] }],
    [
      'it is bound to its node',
      {
        wanted: [wanted({ pinnedNodeId: 'a' })],
        placed: [failing(60_001)],
        nodes: [taken, candidate('b')],
      },
    ],
  ])('stays where %s', (_what, scene) => {
    expect(steps(plan(scene))).toEqual([]);
  });
});

describe('a replica on a node that gives way to other use', () => {
  const yielding = candidate('a', { yielding: true });

  it('goes at once, and is placed elsewhere', () => {
    const nodes = [yielding, candidate('b')];
    expect(steps(plan({ placed: [placed('r', 'a')], nodes }))).toEqual(['-r', '+b']);
  });

  it('goes even when nobody else can take it', () => {
    expect(steps(plan({ placed: [placed('r', 'a')], nodes: [yielding] }))).toEqual(['-r']);
  });
});
