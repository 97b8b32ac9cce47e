import { placementPlanViewSchema, type PlacementPlanView } from '@corral/contracts/http';
import { placementText } from './placement-table.js';

const GIB = 2 ** 30;

function planView(change: Partial<PlacementPlanView> = {}): PlacementPlanView {
  return placementPlanViewSchema.parse({
    modelDigest: 'a'.repeat(64),
    modelName: 'coder.gguf',
    estimate: {
      slots: 4,
      contextTokens: 8_192,
      trainContextTokens: 32_768,
      layers: 32,
      kvCacheBytes: 4 * GIB,
      cpu: { weightsBytes: 5 * GIB, computeBytes: 0.5 * GIB },
      gpu: { weightsBytes: 5 * GIB, outputBytes: 0, hostBytes: 0, computeBytes: 0.5 * GIB },
    },
    reason: null,
    nodes: [
      {
        nodeId: 'n1',
        name: 'gpu-1',
        fits: true,
        replicas: 1,
        deviceKind: 'cuda',
        reserved: [{ deviceId: 'cuda0', bytes: 9 * GIB }],
        reason: 'it has the file already',
        maxSlots: 12,
        maxContextTokens: 32_768,
      },
      {
        nodeId: 'n2',
        name: 'old',
        fits: false,
        replicas: 0,
        deviceKind: null,
        reserved: [],
        reason: 'node old is cordoned',
        maxSlots: null,
        maxContextTokens: null,
      },
    ],
    ...change,
  });
}

describe('a placement plan for a person', () => {
  it('shows what the model takes and what each node says', () => {
    expect(placementText(planView()).split('\n')).toEqual([
      'coder.gguf with 4 slots of 8,192 tokens takes about 9.5 GiB: weights 5.0 GiB, KV 4.0 GiB, compute 512 MiB.',
      '',
      'NODE   FITS  REPLICAS  TAKES          MAX SLOTS  MAX CONTEXT  REASON',
      'gpu-1  yes          1  cuda0 9.0 GiB         12       32,768  it has the file already',
      'old    no           0                         -            -  node old is cordoned',
    ]);
  });

  it('says why nothing is known, or not all find a place', () => {
    const unknown = planView({ estimate: null, nodes: [], reason: 'Node a does not answer.' });
    expect(placementText(unknown)).toBe(
      'What coder.gguf takes is not known.\n\nNot all replicas find a place. Node a does not answer.',
    );
  });
});
