import { deploymentsDocumentSchema, type DeploymentsDocument } from '@corral/contracts/http';
import { MODEL_DIGEST, storedModel } from '../../testing/heartbeats.js';
import { storedDeployment } from '../../testing/stored-deployments.js';
import { planApply } from './apply-plan.pure.js';

const STORED = [
  storedDeployment('a', { aliases: ['x'] }),
  storedDeployment('b', { minReplicas: 1, maxReplicas: 4, desiredReplicas: 3 }),
];
const SURROUNDINGS = {
  stored: STORED,
  models: [storedModel(), storedModel({ digest: 'cd'.repeat(32), fileName: 'other.gguf' })],
  nodeIds: new Set(['n-1']),
};

const documentOf = (...deployments: object[]): DeploymentsDocument =>
  deploymentsDocumentSchema.parse({
    apiVersion: 'corral/v1',
    deployments: deployments.map((fields) => ({ model: MODEL_DIGEST, ...fields })),
  });
const A = { name: 'a', aliases: ['x'] };
const B = { name: 'b', minReplicas: 1, maxReplicas: 4 };

function plan(documents: DeploymentsDocument[], prune = false): string[] {
  const decision = planApply(documents, prune, SURROUNDINGS);
  if (!decision.ok) return [`${decision.failure.code} ${decision.failure.message}`];
  return decision.changes.map((change) => {
    const fields = change.action === 'change' ? change.fields.map(({ field }) => field) : [];
    return [change.action, change.name, ...fields].join(' ');
  });
}

describe('the plan of an apply', () => {
  it('has nothing to do when everything is as declared', () => {
    expect(plan([documentOf(A), documentOf(B)], true)).toEqual(['unchanged a', 'unchanged b']);
  });

  it('makes, changes, and leaves what is not declared', () => {
    const [other, slots] = [{ ...A, model: 'other.gguf' }, { slots: 8 }];
    expect(plan([documentOf({ ...other, spec: slots }, { name: 'c' })])).toEqual([
      'change a model spec.slots',
      'create c',
    ]);
  });

  it('removes what is not declared when told to', () => {
    expect(plan([documentOf(A)], true)).toEqual(['unchanged a', 'remove b']);
  });

  it('lets an alias go from one to another, and a removed name be an alias', () => {
    expect(plan([documentOf({ name: 'a' }, { ...B, aliases: ['x'] })])).toEqual([
      'change a aliases',
      'change b aliases',
    ]);
    expect(plan([documentOf({ name: 'a', aliases: ['b'] })], true)).toEqual([
      'change a aliases',
      'remove b',
    ]);
  });

  it.each<[string, DeploymentsDocument[], RegExp]>([
    [
      'an unknown model',
      [documentOf(A), documentOf(B, { name: 'c', model: 'nothing.gguf' })],
      /^not_found documents\[1\]\.deployments\[1\]\.model: There is no model/,
    ],
    [
      'an unknown node',
      [documentOf({ ...A, nodeId: 'n-2' })],
      /^not_found documents\[0\]\.deployments\[0\]\.nodeId: there is no node 'n-2'/,
    ],
    [
      'a deployment that is declared twice',
      [documentOf(A), documentOf(A)],
      /documents\[1\]\.deployments\[0\]\.name: 'a' is declared already, as documents\[0\]/,
    ],
    [
      'an alias that another answers to',
      [documentOf({ name: 'c', aliases: ['x'] })],
      /^conflict documents\[0\]\.deployments\[0\]\.aliases: 'x' is taken: deployment 'a'/,
    ],
    [
      'a name that is an alias of one that stays',
      [documentOf({ name: 'x' })],
      /^conflict documents\[0\]\.deployments\[0\]\.name: 'x' is taken: deployment 'a'/,
    ],
  ])('refuses %s, and says where', (_, documents, message) => {
    expect(plan(documents)).toEqual([expect.stringMatching(message)]);
  });

  it('keeps the node that a deployment is bound to, though nobody has heard of it yet', () => {
    const stored = [storedDeployment('a', { pinnedNodeId: 'gone' })];
    const documents = [documentOf({ name: 'a', nodeId: 'gone' })];
    expect(planApply(documents, false, { ...SURROUNDINGS, stored })).toMatchObject({
      ok: true,
      changes: [{ action: 'unchanged' }],
    });
  });
});
