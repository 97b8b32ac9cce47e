import { EXIT } from '../../cli-error.js';
import { AdminServer } from '../../testing/admin-server.js';
import { runCorral } from '../../testing/run-corral.js';
import { team } from '../../testing/views.js';

describe('corral teams', () => {
  let server: AdminServer;
  beforeEach(async () => {
    server = await AdminServer.start();
    server.answer('GET /teams', { data: [team(), team({ id: 'default', name: 'Default' })] });
  });
  afterEach(() => server.stop());

  it('lists teams, for a person and for a script', async () => {
    expect((await runCorral(server, 'teams', 'list')).output).toMatch(
      /^t-1 +research +2 +3 +active +2026-11-01$/m,
    );
    const { output } = await runCorral(server, 'teams', 'list', '--json');
    expect(JSON.parse(output)).toEqual([team(), team({ id: 'default', name: 'Default' })]);
  });

  it('creates a team', async () => {
    server.answer('POST /teams', team({ name: 'platform' }), 201);

    const { output } = await runCorral(server, 'teams', 'create', 'platform');

    expect(output).toBe('Created team platform.');
    expect(server.changes).toEqual([
      { method: 'POST', path: '/teams', body: { name: 'platform' } },
    ]);
  });

  it.each([
    [['rename', 'research', 'science'], { name: 'science' }],
    [['disable', 'research'], { disabled: true }],
    [['enable', 'research'], { disabled: false }],
  ])('changes the team that is named: %p', async (args, body) => {
    server.answer('PATCH /teams/t-1', team());

    expect((await runCorral(server, 'teams', ...args)).error).toBeUndefined();
    expect(server.changes).toEqual([{ method: 'PATCH', path: '/teams/t-1', body }]);
  });

  it('shows why a team cannot be removed', async () => {
    const message = 'Team research has 2 people and 3 keys.';
    server.answer('DELETE /teams/t-1', { error: { code: 'conflict', message } }, 409);

    const { error } = await runCorral(server, 'teams', 'remove', 'research');

    expect(error).toMatchObject({ message, exitCode: EXIT.refused });
  });

  it('removes a team, whose answer is empty', async () => {
    server.answer('DELETE /teams/t-1', '', 204);

    const { output } = await runCorral(server, 'teams', 'remove', 'research', '--json');

    expect(JSON.parse(output)).toEqual({ removed: 't-1' });
  });

  it('changes nothing when there is no such team', async () => {
    const { error } = await runCorral(server, 'teams', 'disable', 'sales');

    expect(error).toMatchObject({ message: 'There is no team "sales".', exitCode: EXIT.refused });
    expect(server.changes).toEqual([]);
  });
});
