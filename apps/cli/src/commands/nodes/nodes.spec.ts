import { EXIT } from '../../cli-error.js';
import { AdminServer } from '../../testing/admin-server.js';
import { runCorral } from '../../testing/run-corral.js';
import { node } from '../../testing/views.js';
import { labelChanges } from './label.js';
import { stateText } from './node-text.js';

const AT = '2026-11-24T08:30:00.000Z';
const GIB = 1024 ** 3;
const GPU = {
  id: 'cuda0',
  kind: 'cuda' as const,
  name: 'GPU',
  totalBytes: 8 * GIB,
  usedBytes: 6 * GIB,
  freeBytes: 2 * GIB,
  powerWatts: null,
  ownBytes: 4 * GIB,
  foreignBytes: 1.5 * GIB,
};

describe('corral nodes', () => {
  let server: AdminServer;
  beforeEach(async () => {
    server = await AdminServer.start();
    const busy = node({ devices: [GPU], labels: { zone: 'a' }, assignedReplicas: 2 });
    server.answer('GET /nodes', { data: [busy] });
    server.answer('GET /nodes/gpu-1', busy);
  });
  afterEach(() => server.stop());

  it.each([[['nodes']], [['nodes', 'list']]])(
    'lists nodes with what others use: %j',
    async (args) => {
      expect((await runCorral(server, ...args)).output).toMatch(
        /^n-1 +gpu-1 +ready +cuda0 6.0 GiB of 8.0 GiB +cuda0 1.5 GiB +0\/2 +zone=a$/m,
      );
      const { output } = await runCorral(server, ...args, '--json');
      expect(JSON.parse(output)).toMatchObject([{ id: 'n-1', labels: { zone: 'a' } }]);
    },
  );

  it('shows one, with what is wrong with it', async () => {
    const problems = ['Node gpu-1 gives way to a game.'];
    server.answer('GET /nodes/gpu-1', node({ devices: [GPU], yielding: true, problems }));
    const { output } = await runCorral(server, 'nodes', 'show', 'gpu-1');
    expect(output).toMatch(/^State +ready, yielding$/m);
    expect(output).toMatch(/6.0 GiB of 8.0 GiB \(4.0 GiB by Corral, 1.5 GiB by others\)/);
    expect(output.split('\n').at(-1)).toBe(problems[0]);
  });

  it.each([
    [['label', 'gpu-1', 'zone=b', 'old-'], 'PATCH', '', { labels: { zone: 'b', old: null } }],
    [['polite', 'gpu-1', 'on'], 'PATCH', '', { polite: true }],
    [['polite', 'gpu-1', 'off'], 'PATCH', '', { polite: false }],
    [['cordon', 'gpu-1'], 'POST', '/cordon', undefined],
    [['uncordon', 'gpu-1'], 'POST', '/uncordon', undefined],
    [['drain', 'gpu-1'], 'POST', '/drain', undefined],
    [['undrain', 'gpu-1'], 'POST', '/undrain', undefined],
  ])('changes the node that is named: %j', async (args, method, below, body) => {
    const path = `/nodes/gpu-1${below}`;
    server.answer(`${method} ${path}`, node());
    expect((await runCorral(server, 'nodes', ...args)).error).toBeUndefined();
    expect(server.changes).toEqual([{ method, path, body }]);
  });

  it('names a node whose name is no part of a path', async () => {
    server.answer('POST /nodes/desk%2F7/cordon', node({ name: 'desk/7' }));
    const { output } = await runCorral(server, 'nodes', 'cordon', 'desk/7');
    expect(output).toBe('desk/7 gets nothing new.');
  });

  it('waits for a drain until nothing is left', async () => {
    server.answer('POST /nodes/gpu-1/drain', node({ assignedReplicas: 1, drainedAt: AT }));
    server.answer('GET /nodes/n-1', node({ drainedAt: AT }));
    const { output } = await runCorral(server, 'nodes', 'drain', 'gpu-1', '--wait');
    expect(output).toBe('gpu-1 is drained.');
  });

  it('says what is left when a drain takes too long', async () => {
    const stuck = node({ assignedReplicas: 1, drainedAt: AT });
    server.answer('POST /nodes/gpu-1/drain', stuck);
    server.answer('GET /nodes/n-1', stuck);
    const ran = await runCorral(server, 'nodes', 'drain', 'gpu-1', '--wait', '--timeout', '1');
    expect(ran.error).toMatchObject({
      message: 'gpu-1 still has 1 replica after 1 s.',
      exitCode: EXIT.fault,
    });
  });

  it('says so when somebody ends the drain that is waited for', async () => {
    server.answer('POST /nodes/gpu-1/drain', node({ assignedReplicas: 1, drainedAt: AT }));
    server.answer('GET /nodes/n-1', node({ assignedReplicas: 1 }));
    const { error } = await runCorral(server, 'nodes', 'drain', 'gpu-1', '--wait');
    expect(error).toMatchObject({ message: 'The drain of gpu-1 was ended by somebody.' });
  });

  it.each([
    [['remove', 'gpu-1'], '/nodes/n-1'],
    [['remove', 'gpu-1', '--force'], '/nodes/n-1?force=true'],
  ])('removes a node: %j', async (args, path) => {
    server.answer('DELETE /nodes/n-1', '', 204);
    const { output } = await runCorral(server, 'nodes', ...args, '--json');
    expect(JSON.parse(output)).toEqual({ removed: 'n-1' });
    expect(server.changes).toEqual([{ method: 'DELETE', path, body: undefined }]);
  });

  it('shows why a node is not removed', async () => {
    const message = 'Node gpu-1 is alive. Drain it first.';
    server.answer('DELETE /nodes/n-1', { error: { code: 'conflict', message } }, 409);
    const { error } = await runCorral(server, 'nodes', 'remove', 'gpu-1');
    expect(error).toMatchObject({ message, exitCode: EXIT.refused });
  });

  it.each([
    [[], 'No silent node is being waited for.'],
    [['a', 'b'], '2 nodes given up: what they had moves elsewhere.'],
  ])('confirms that %j are lost', async (nodeIds, text) => {
    server.answer('POST /nodes/brake/release', { nodeIds });
    expect((await runCorral(server, 'nodes', 'confirm-lost')).output).toBe(text);
  });

  it('refuses what is neither on nor off', async () => {
    expect((await runCorral(server, 'nodes', 'polite', 'gpu-1', 'maybe')).error).toMatchObject({
      exitCode: EXIT.usage,
    });
    expect(server.asked).toEqual([]);
  });
});

describe('changes of labels', () => {
  it('set and take away', () => {
    expect(labelChanges(['a=b', 'c=', 'd=e=f', 'g-'])).toEqual({
      a: 'b',
      c: '',
      d: 'e=f',
      g: null,
    });
  });

  it.each(['zone', '=b', '-'])('are not %j', (text) => {
    expect(() => labelChanges([text])).toThrow(`"${text}" is no change of a label.`);
  });
});

describe('the state of a node', () => {
  it.each([
    [{}, 'ready'],
    [{ cordonedAt: AT }, 'ready, cordoned'],
    [{ cordonedAt: AT, drainedAt: AT, assignedReplicas: 1 }, 'ready, draining'],
    [{ cordonedAt: AT, drainedAt: AT }, 'ready, drained'],
    [{ state: 'lost' as const, revokedAt: AT }, 'lost, revoked'],
    [{ yielding: true }, 'ready, yielding'],
  ])('with %j reads %s', (change, text) => {
    expect(stateText(node(change))).toBe(text);
  });
});
