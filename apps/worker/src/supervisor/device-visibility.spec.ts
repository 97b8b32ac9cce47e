import { replicaSpecSchema } from '@corral/contracts';
import { visibilityOf } from './device-visibility.pure.js';

const spec = replicaSpecSchema.parse({});
const GPUS = ['cuda0', 'cuda1', 'cuda2'];

describe('an engine', () => {
  it('sees every device when none is chosen for it, or all are', () => {
    expect(visibilityOf({ spec, deviceIds: [] }, GPUS)).toEqual({ spec, environment: {} });
    expect(visibilityOf({ spec, deviceIds: ['cpu', ...GPUS] }, GPUS)).toEqual({
      spec,
      environment: {},
    });
  });

  it('sees the chosen devices alone, counted as nvidia-smi counts them', () => {
    const { environment } = visibilityOf({ spec, deviceIds: ['cpu', 'cuda2', 'cuda0'] }, GPUS);
    expect(environment).toEqual({
      CUDA_VISIBLE_DEVICES: '0,2',
      CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    });
  });

  it('sees the chosen Vulkan devices alone', () => {
    const gpus = ['vulkan0', 'vulkan1'];
    const { environment } = visibilityOf({ spec, deviceIds: ['vulkan1'] }, gpus);
    expect(environment).toEqual({ GGML_VK_VISIBLE_DEVICES: '1' });
  });

  it('loads no layer on a GPU when it is placed on the CPU, or its GPU is gone', () => {
    for (const deviceIds of [['cpu'], ['cuda7']]) {
      expect(visibilityOf({ spec, deviceIds }, GPUS)).toEqual({
        spec: { ...spec, gpuLayers: 0 },
        environment: {},
      });
    }
  });
});
