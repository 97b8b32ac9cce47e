import { assignCommandSchema } from './assign.js';
import { heartbeatSchema } from './heartbeat.js';

/** As a worker of the version before sends it. */
const OLDER = {
  nodeId: 'n',
  bootId: 'b',
  sequence: 0,
  name: 'gpu-1',
  version: '0.0.1',
  platform: { os: 'Linux', arch: 'x64', cores: 2, cpuModel: 'a CPU', node: 'v20', engine: null },
  devices: [{ id: 'cpu', kind: 'cpu', name: 'a CPU', totalBytes: 2, usedBytes: 1, freeBytes: 1 }],
  disk: null,
  assignmentGeneration: 0,
  replicas: [],
  models: [],
  draining: false,
};

describe('between versions', () => {
  it('a heartbeat that knows nothing of other use says that nothing is known of it', () => {
    expect(heartbeatSchema.parse(OLDER)).toMatchObject({
      polite: false,
      yielding: false,
      yieldingReason: null,
      devices: [{ ownBytes: null, foreignBytes: null }],
    });
  });

  it('a list of assignments that knows nothing of polite nodes is for one that is not', () => {
    expect(assignCommandSchema.parse({ generation: 1, assignments: [] }).polite).toBe(false);
  });
});
