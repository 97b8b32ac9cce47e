import { candidate, device, GIB, need, placed, wanted } from '../testing/placement-scenes.js';
import { previewPlacement } from './placement-preview.pure.js';

const gpu = candidate('gpu', { devices: [device('cpu', 32), device('cuda0', 24)] });
const small = candidate('small', { devices: [device('cpu', 8, 6)] });
const away = candidate('away', { isReady: false });

describe('a preview of placement', () => {
  it('tells for each node whether it fits, why, and how much would', () => {
    const nodes = [away, small, gpu];
    const preview = previewPlacement(wanted(), need(), { nodes, placed: [] });
    expect(preview.reason).toBeNull();
    expect(preview.nodes).toEqual([
      {
        nodeId: 'gpu',
        name: 'gpu',
        fits: true,
        replicas: 1,
        deviceKind: 'cuda',
        reserved: [
          { deviceId: 'cuda0', bytes: expect.closeTo(7.49 * GIB, -8) },
          { deviceId: 'cpu', bytes: expect.closeTo(0.65 * GIB, -8) },
        ],
        reason: 'it is the only node that can take it',
        // 19.5 GiB for the cache at 0.75 GiB a slot; the trained context for four slots.
        maxSlots: 26,
        maxContextTokens: 32_768,
      },
      {
        nodeId: 'small',
        name: 'small',
        fits: false,
        replicas: 0,
        deviceKind: null,
        reserved: [],
        reason: expect.stringMatching(/^needs 7\.8 GiB.*; node small has 6\.0 GiB free of 8\.0/),
        maxSlots: 1,
        maxContextTokens: 3_328,
      },
      {
        nodeId: 'away',
        name: 'away',
        fits: false,
        replicas: 0,
        deviceKind: null,
        reserved: [],
        reason: 'node away is not reachable',
        maxSlots: null,
        maxContextTokens: null,
      },
    ]);
  });

  it('counts what other deployments hold, and leaves them where they are', () => {
    const reserved = [{ deviceId: 'cuda0', bytes: 20 * GIB }];
    const other = placed('x', 'gpu', { deployment: 'o', revisionId: 'o1', reserved });
    const { nodes } = previewPlacement(wanted(), need(), { nodes: [gpu], placed: [other] });
    expect(nodes[0]).toMatchObject({ fits: true, deviceKind: 'cpu' });
  });

  it('says why not all of the replicas find a place', () => {
    const { reason, nodes } = previewPlacement(wanted({ replicas: 9 }), need(), {
      nodes: [gpu],
      placed: [],
    });
    // Three on the GPU, and three on the CPU beside what those keep there.
    expect(nodes[0]?.replicas).toBe(6);
    expect(reason).toContain('promised to replicas that load');
  });
});
