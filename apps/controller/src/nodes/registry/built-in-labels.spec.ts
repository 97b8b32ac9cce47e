import { labelsSchema } from '@corral/contracts';
import { heartbeatOf } from '../../testing/heartbeats.js';
import { builtInLabels } from './built-in-labels.pure.js';

const { platform, devices } = heartbeatOf('a');
const [cpu] = devices;
if (cpu === undefined) throw new Error('the node has no device');

describe('built-in labels', () => {
  it.each([
    ['Linux', 'linux'],
    ['Darwin', 'darwin'],
    ['Windows_NT', 'windows'],
  ])('name %s %s', (os, label) => {
    expect(builtInLabels({ platform: { ...platform, os }, devices })['corral/os']).toBe(label);
  });

  it.each([
    [['cpu'], 'cpu'],
    [['cpu', 'vulkan'], 'vulkan'],
    [['cpu', 'cuda', 'cuda'], 'cuda'],
    [['cpu', 'metal'], 'metal'],
    [[], 'cpu'],
  ] as const)('of a node with %p say %s', (kinds, label) => {
    const of = kinds.map((kind) => ({ ...cpu, kind }));
    expect(builtInLabels({ platform, devices: of })['corral/device']).toBe(label);
  });

  it('are labels, whatever the machine says', () => {
    const odd = { ...platform, os: 'A/UX 3.1', arch: 'm68k (old)' };
    const labels = builtInLabels({ platform: odd, devices });
    expect(labels['corral/os']).toBe('a-ux-3-1');
    expect(labels['corral/arch']).toBe('m68k-old');
    expect(labelsSchema.safeParse(labels).success).toBe(true);
  });
});
