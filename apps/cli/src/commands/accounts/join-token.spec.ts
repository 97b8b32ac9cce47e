import { CommanderError } from 'commander';
import type { CreatedJoinToken, JoinTokenView } from '@corral/contracts/http';
import { AdminServer } from '../../testing/admin-server.js';
import { runCorral } from '../../testing/run-corral.js';

const view: JoinTokenView = {
  id: 't-1',
  createdBy: 'admin_token',
  createdAt: '2026-11-25T08:00:00.000Z',
  expiresAt: '2026-11-25T09:00:00.000Z',
  labels: { room: 'b2' },
  state: 'open',
  usedAt: null,
  usedBy: null,
};
const created: CreatedJoinToken = {
  ...view,
  token: 'corral-join-secret',
  url: 'http://10.0.0.5:7070',
};

describe('corral join-token', () => {
  let server: AdminServer;
  beforeEach(async () => {
    server = await AdminServer.start();
    server.answer('POST /join-tokens', created, 201);
  });
  afterEach(() => server.stop());

  it('shows what to run on the other machine, and until when', async () => {
    const { output } = await runCorral(server, 'join-token');

    expect(output).toContain('corral worker join http://10.0.0.5:7070 corral-join-secret');
    expect(output).toContain('2026-11-25T09:00Z');
    expect(server.changes).toEqual([
      { method: 'POST', path: '/join-tokens', body: { ttlSeconds: 3_600, labels: {} } },
    ]);
  });

  it('says when other machines do not reach it', async () => {
    server.answer('POST /join-tokens', { ...created, url: 'http://127.0.0.1:7070' }, 201);
    const { output } = await runCorral(server, 'join-token');

    expect(output).toContain('corral worker join http://127.0.0.1:7070 corral-join-secret');
    expect(output).toContain('--host 0.0.0.0');
  });

  it('takes a life and labels', async () => {
    const args = ['--ttl', '2d', '--label', 'room=b2', '--label', 'gpu=a100', '--json'];
    const { output } = await runCorral(server, 'join-token', ...args);

    expect(JSON.parse(output)).toEqual(created);
    expect(server.changes[0]?.body).toEqual({
      ttlSeconds: 172_800,
      labels: { room: 'b2', gpu: 'a100' },
    });
  });

  it.each([
    ['a life that is too long', ['--ttl', '8d']],
    ['a life that is too short', ['--ttl', '0m']],
    ['a life without a unit', ['--ttl', '60']],
    ['a label without a value', ['--label', 'room']],
    ['a label with a blank', ['--label', 'room=b 2']],
  ])('refuses %s before it asks anybody', async (_, args) => {
    const { error } = await runCorral(server, 'join-token', ...args);

    expect(error).toBeInstanceOf(CommanderError);
    expect(server.asked).toEqual([]);
  });

  it('lists tokens, and takes one back', async () => {
    server.answer('GET /join-tokens', { data: [{ ...view, state: 'used', usedBy: 'node-1' }] });
    server.answer('DELETE /join-tokens/t-1', '', 204);

    expect((await runCorral(server, 'join-token', 'list')).output).toMatch(
      /^t-1 +used +2026-11-25T09:00Z +room=b2 +node-1$/m,
    );
    const { output } = await runCorral(server, 'join-token', 'delete', 't-1');
    expect(output).toBe('Nobody can join with t-1 any more.');
  });
});
