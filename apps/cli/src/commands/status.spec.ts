import { overviewSchema } from '@corral/contracts/http';
import { statusText } from './status.js';

const overview = overviewSchema.parse({
  status: 'degraded',
  problems: ['Node gpu-1 has been silent for 5 s.'],
  version: '1.2.3',
  nodes: [
    {
      id: 'node-1',
      name: 'gpu-1',
      state: 'suspect',
      silentMs: 5_000,
      version: '1.2.3',
      platform: null,
      devices: [
        {
          id: 'cuda0',
          kind: 'cuda',
          name: 'GPU',
          totalBytes: 8 * 1024 ** 3,
          usedBytes: 2.5 * 1024 ** 3,
          freeBytes: 5.5 * 1024 ** 3,
        },
      ],
      replicas: [],
      models: [],
    },
  ],
  deployments: [],
  rates: {
    requestsPerSecond: 1.25,
    tokensPerSecond: 310.4,
    running: 2,
    waiting: 0,
    ttftP50Ms: 41.2,
  },
});

describe('The status for a person', () => {
  it('begins with the state and what is wrong', () => {
    expect(statusText(overview).split('\n').slice(0, 2)).toEqual([
      'Corral 1.2.3 is degraded.',
      '  Node gpu-1 has been silent for 5 s.',
    ]);
  });

  it('has a line for each node with the memory of its devices', () => {
    expect(statusText(overview)).toMatch(/^gpu-1 +suspect +cuda0 2.5 GiB of 8.0 GiB +0 +0\/0$/m);
  });

  it('says how to get a deployment when there is none', () => {
    expect(statusText(overview)).toContain('corral deploy MODEL --name NAME');
  });

  it('ends with the rates', () => {
    expect(statusText(overview).split('\n').at(-1)).toBe(
      '1.3 requests/s, 310 tokens/s, 2 running, 0 waiting, first token after 41 ms',
    );
  });
});
