import { AdminServer } from '../../testing/admin-server.js';
import { runCorral } from '../../testing/run-corral.js';
import { key, team, user } from '../../testing/views.js';
import { keyTable } from './keys.js';

const apiKey = 'sk-corral-3f8c2a1b-secret';

describe('corral keys', () => {
  let server: AdminServer;
  beforeEach(async () => {
    server = await AdminServer.start();
    server.answer('GET /teams', { data: [team()] });
    server.answer('GET /users', { data: [user()] });
    server.answer('GET /keys', { data: [key()] });
    server.answer('POST /keys', { ...key(), apiKey }, 201);
  });
  afterEach(() => server.stop());

  const bodyOf = async (...args: string[]): Promise<unknown> => {
    expect((await runCorral(server, 'keys', ...args)).error).toBeUndefined();
    return server.changes.at(-1)?.body;
  };

  it('creates a key from no more than its name', async () => {
    const { output } = await runCorral(server, 'keys', 'create', 'laptop');

    expect(output.split('\n')).toEqual([
      apiKey,
      'Shown this once; a service key in team research; never expires.',
    ]);
    expect(server.changes[0]?.body).toEqual({ name: 'laptop', expiresInDays: 90 });
  });

  it('creates a key of a person', async () => {
    expect(await bodyOf('create', 'a', '--user', 'ada@example.com', '--expires', '30')).toEqual({
      name: 'a',
      expiresInDays: 30,
      userId: 'u-1',
    });
  });

  it('creates a service key with scopes and limits of its own', async () => {
    const limits = ['--tokens-per-day', '2m', '--dollars-per-month', '12.5', '--priority', 'batch'];
    const models = ['--allow-model', 'qwen3', '--allow-model', 'team/coder'];
    const owner = ['--service', '--team', 'research', '--scopes', 'generate'];

    expect(
      await bodyOf('create', 'ci', ...owner, '--expires', 'never', ...limits, ...models),
    ).toEqual({
      name: 'ci',
      expiresInDays: null,
      teamId: 't-1',
      userId: null,
      scopes: ['generate'],
      limits: {
        tokensPerDay: 2_000_000,
        microdollarsPerMonth: 12_500_000,
        allowedModels: ['qwen3', 'team/coder'],
        priority: 'batch',
      },
    });
  });

  it('makes no service key of a person', async () => {
    const { error } = await runCorral(server, 'keys', 'create', 'a', '--service', '--user', 'u-1');

    expect(error).toMatchObject({ code: 'commander.conflictingOption' });
  });

  it('rotates a key, and says how long the old secret works', async () => {
    const expiresAt = '2026-12-01T08:00:00.000Z';
    const overlapping = [{ publicId: 'old', lastFour: 'abcd', expiresAt }];
    server.answer('POST /keys/k-1/rotate', { ...key({ overlapping }), apiKey });

    const { output } = await runCorral(server, 'keys', 'rotate', 'ci', '--overlap', '7d');

    expect(output).toContain('The old one (old) works until 2026-12-01T08:00Z.');
    expect(server.changes[0]?.body).toEqual({ overlapHours: 168 });
  });

  it('revokes a key by its public id', async () => {
    server.answer('DELETE /keys/k-1', key());

    const { output } = await runCorral(server, 'keys', 'revoke', '3f8c2a1b');

    expect(output).toBe('Revoked ci (3f8c2a1b).');
  });

  it('shows in JSON what the API gave', async () => {
    const { output } = await runCorral(server, 'keys', 'create', 'ci', '--json');

    expect(JSON.parse(output)).toEqual({ ...key(), apiKey });
  });
});

describe('The list of keys', () => {
  const nowMs = Date.parse('2026-11-24T12:00:00.000Z');
  const row = (change: Parameters<typeof key>[0]): string | undefined =>
    keyTable([key(change)], nowMs).split('\n')[1];

  it('has the owner and when the key was used', () => {
    expect(row({ userEmail: 'ada@example.com', lastUsedAt: '2026-11-24T08:30:00.000Z' })).toMatch(
      /^3f8c2a1b +ci +ada@example.com +research +wxyz +active +never +2026-11-24T08:30Z$/,
    );
    expect(row({})).toMatch(/service +research/);
  });

  it('tells keys that are refused from those that are not', () => {
    expect(row({ revokedAt: '2026-11-20T00:00:00.000Z' })).toContain('revoked 2026-11-20');
    expect(row({ expiresAt: '2026-11-24T11:59:59.000Z' })).toContain('expired');
    expect(row({ expiresAt: '2026-11-24T12:00:01.000Z' })).toContain('active');
  });
});
