import { AdminServer } from '../../testing/admin-server.js';
import { runCorral } from '../../testing/run-corral.js';
import { deployment } from '../../testing/views.js';

const PLAN = {
  dryRun: true,
  changes: [
    {
      name: 'coder',
      action: 'change',
      rollout: true,
      fields: [{ field: 'spec.slots', before: 4, after: 8 }],
      placedOn: ['gpu-1'],
      missing: null,
    },
  ],
};

describe('corral deploy', () => {
  let server: AdminServer;
  beforeEach(async () => {
    server = await AdminServer.start();
    server.answer('GET /deployments', { data: [] });
    server.answer('POST /deployments', deployment({ state: 'pending' }), 201);
    server.answer('PATCH /deployments/coder', deployment());
    server.answer('POST /apply', PLAN);
  });
  afterEach(() => server.stop());

  it('makes a deployment of what is named, and leaves the rest to the controller', async () => {
    const args = ['--name', 'coder', '--slots', '8', '--idle-timeout', '10m', '--alias', 'gpt-4o'];
    const more = ['--label', 'zone=a', '--label', 'disk=ssd', '--device', 'cuda', '--no-wait'];
    const { output } = await runCorral(server, 'deploy', 'm.gguf', ...args, ...more);

    expect(output).toBe('coder is pending.');
    expect(server.changes[0]?.body).toEqual({
      name: 'coder',
      model: 'm.gguf',
      idleTimeoutS: 600,
      aliases: ['gpt-4o'],
      placement: {
        nodeLabels: { zone: 'a', disk: 'ssd' },
        deviceKind: 'cuda',
        strategy: 'spread',
      },
      spec: { slots: 8 },
    });
  });

  it('changes one that is there, and nothing but what is named', async () => {
    const placement = {
      nodeLabels: { zone: 'a' },
      deviceKind: 'cuda' as const,
      strategy: 'spread' as const,
    };
    server.answer('GET /deployments', { data: [deployment({ placement })] });
    const args = ['--idle-timeout', 'none', '--no-alias', '--pack', '--node', 'any'];
    await runCorral(server, 'deploy', '--name', 'coder', ...args);

    expect(server.changes).toEqual([
      {
        method: 'PATCH',
        path: '/deployments/coder',
        body: {
          idleTimeoutS: null,
          aliases: [],
          placement: { ...placement, strategy: 'pack' },
          nodeId: null,
        },
      },
    ]);
  });

  it('waits until it is ready and its rollout has ended', async () => {
    server.answer('GET /deployments', { data: [deployment({ slots: 8, revision: 2 })] });
    const { output } = await runCorral(server, 'deploy', '--name', 'coder', '--slots', '8');
    expect(output).toBe('coder is ready with 8 slots.');
  });

  it('fails when the rollout that it made was rolled back', async () => {
    server.answer('GET /deployments', { data: [deployment()] });
    const rollout = { id: 'r', toRevision: 2, state: 'progressing', weight: 0 } as const;
    server.answer('PATCH /deployments/coder', deployment({ rollout }));
    const { error } = await runCorral(server, 'deploy', '--name', 'coder', '--slots', '8');
    expect(error?.message).toContain('revision 2 was rolled back');
  });

  it('needs a model for what is not there yet', async () => {
    const { error } = await runCorral(server, 'deploy', '--name', 'coder');
    expect(error?.message).toContain('name the model');
  });

  it('shows what a change would do, and does nothing', async () => {
    server.answer('GET /deployments', {
      data: [deployment({ minReplicas: 1, maxReplicas: 4, aliases: ['a'] })],
    });
    const args = ['--slots', '8', '--replicas', '2', '--plan'];
    const { output } = await runCorral(server, 'deploy', '--name', 'coder', ...args);

    expect(output.split('\n')).toEqual([
      '~ coder: change, with a new revision',
      '    spec.slots: 4 → 8',
      '    to be loaded on gpu-1',
    ]);
    expect(server.changes).toHaveLength(1);
    expect(server.changes[0]?.body).toMatchObject({
      dryRun: true,
      documents: [{ deployments: [{ name: 'coder', replicas: 2, aliases: ['a'] }] }],
    });
    expect(JSON.stringify(server.changes[0]?.body)).not.toContain('minReplicas');
  });
});

describe('corral scale', () => {
  let server: AdminServer;
  beforeEach(async () => {
    server = await AdminServer.start();
    server.answer('PATCH /deployments/team/coder', deployment({ name: 'team/coder' }));
    server.answer('GET /deployments', { data: [deployment({ name: 'team/coder' })] });
  });
  afterEach(() => server.stop());

  it.each([
    [['3'], { replicas: 3 }],
    [['--min', '0', '--max', '4'], { minReplicas: 0, maxReplicas: 4 }],
    [['--max', '8'], { maxReplicas: 8 }],
  ])('sends %p', async (args, body) => {
    const { output } = await runCorral(server, 'scale', 'team/coder', ...args);
    expect(output).toBe('team/coder has 1 of 1 replicas ready.');
    expect(server.changes).toEqual([{ method: 'PATCH', path: '/deployments/team/coder', body }]);
  });

  it.each([[['2', '--max', '4']], [[]]])('refuses %p', async (args) => {
    const { error } = await runCorral(server, 'scale', 'team/coder', ...args);
    expect(error?.message).toContain('a number of replicas, or --min and --max');
    expect(server.changes).toEqual([]);
  });
});
