import { AdminServer } from '../../testing/admin-server.js';
import { runCorral } from '../../testing/run-corral.js';
import { team, user } from '../../testing/views.js';

const invitation = {
  id: 'i-1',
  email: 'bob@example.com',
  role: 'lead',
  teamId: 't-1',
  teamName: 'research',
  createdAt: '2026-11-24T08:00:00.000Z',
  expiresAt: '2026-11-27T08:00:00.000Z',
  state: 'open',
};

describe('corral users', () => {
  let server: AdminServer;
  beforeEach(async () => {
    server = await AdminServer.start();
    server.answer('GET /teams', { data: [team()] });
    server.answer('GET /users', {
      data: [user(), user({ id: 'u-2', email: 'eve@example.com', teamId: 't-2', teamName: 'x' })],
    });
  });
  afterEach(() => server.stop());

  it('lists people, all or those of a team', async () => {
    const { output } = await runCorral(server, 'users', 'list', '--team', 'research');

    expect(output).toMatch(/^ada@example.com +Ada +developer +research +active +no +u-1$/m);
    expect(output).not.toContain('eve@');
  });

  it('invites a person, and shows the link', async () => {
    const url = 'https://corral.example/accept-invitation?token=abc';
    server.answer('POST /invitations', { ...invitation, url }, 201);
    const args = ['bob@example.com', '--role', 'lead', '--team', 'research', '--days', '3'];

    const { output } = await runCorral(server, 'users', 'invite', ...args);

    expect(output.split('\n')).toEqual([
      url,
      'Shown this once: send it to bob@example.com, who joins team research as lead. ' +
        'It works until 2026-11-27T08:00Z.',
    ]);
    expect(server.changes[0]?.body).toEqual({
      email: 'bob@example.com',
      role: 'lead',
      teamId: 't-1',
      expiresInDays: 3,
    });
  });

  it('lists invitations, and withdraws one that is open', async () => {
    const past = { ...invitation, id: 'i-0', state: 'expired' };
    server.answer('GET /invitations', { data: [past, invitation] });
    server.answer('DELETE /invitations/i-1', { ...invitation, state: 'revoked' });

    expect((await runCorral(server, 'users', 'invitations')).output).toMatch(/expired +2026-11-27/);
    await runCorral(server, 'users', 'uninvite', 'bob@example.com');
    expect(server.changes).toEqual([
      { method: 'DELETE', path: '/invitations/i-1', body: undefined },
    ]);
  });

  it.each([
    [['role', 'ada@example.com', 'lead'], { role: 'lead' }],
    [['move', 'ADA@example.com', 'research'], { teamId: 't-1' }],
    [['disable', 'u-1'], { disabled: true }],
    [['enable', 'ada@example.com'], { disabled: false }],
  ])('changes the person who is named: %p', async (args, body) => {
    server.answer('PATCH /users/u-1', user());

    expect((await runCorral(server, 'users', ...args)).error).toBeUndefined();
    expect(server.changes).toEqual([{ method: 'PATCH', path: '/users/u-1', body }]);
  });

  it('knows the roles', async () => {
    const { error } = await runCorral(server, 'users', 'role', 'ada@example.com', 'boss');

    expect(error?.message).toContain('Allowed choices are admin, lead, developer, viewer');
  });

  it('ends the sessions of a person', async () => {
    server.answer('DELETE /users/u-1/sessions', '', 204);

    const { output } = await runCorral(server, 'users', 'sign-out', 'ada@example.com');

    expect(output).toBe('ada@example.com is signed out everywhere.');
  });
});
