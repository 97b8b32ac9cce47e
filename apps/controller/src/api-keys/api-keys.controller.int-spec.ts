import { apiKeyViewSchema, createdKeySchema } from '@corral/contracts/http';
import { TestApplication } from '../testing/test-application.js';
import { startServers, type TestServers } from '../testing/test-servers.js';

describe('the admin API for keys', () => {
  let servers: TestServers;
  let controller: TestApplication;

  beforeAll(async () => {
    servers = await startServers();
    controller = await TestApplication.start(servers.config());
  });
  afterAll(async () => {
    await controller.stop();
    await servers.remove();
  });

  const statusOf = async (apiKey: string) => {
    const headers = { authorization: `Bearer ${apiKey}` };
    return (await controller.ask('GET', '/v1/models', { headers })).status;
  };
  const create = async (body: object = { name: 'laptop' }) => {
    const { status, body: made } = await controller.admin('POST', '/keys', body);
    expect(status).toBe(201);
    return createdKeySchema.parse(made);
  };

  it('makes, shows, rotates and revokes a key', async () => {
    const { apiKey, ...view } = await create();
    expect(await statusOf(apiKey)).toBe(200);
    const listed = (await controller.admin('GET', '/keys')).body as { data: unknown[] };
    expect(listed.data).toContainEqual({ ...view, lastUsedAt: null });
    const shown = await controller.admin('GET', `/keys/${view.publicId}`);
    expect(apiKeyViewSchema.parse(shown.body)).toEqual(view);

    const { status, body } = await controller.admin('POST', `/keys/${view.id}/rotate`, {});
    const rotated = createdKeySchema.parse(body);
    expect(status).toBe(201);
    expect(rotated.overlapping).toMatchObject([{ publicId: view.publicId }]);
    expect([await statusOf(apiKey), await statusOf(rotated.apiKey)]).toEqual([200, 200]);

    // By the public id of a secret that is not the present one.
    const revoked = await controller.admin('DELETE', `/keys/${view.publicId}`);
    expect(apiKeyViewSchema.parse(revoked.body)).toMatchObject({ id: view.id, overlapping: [] });
    expect([await statusOf(apiKey), await statusOf(rotated.apiKey)]).toEqual([401, 401]);
  });

  it('makes a service key of the default team for ninety days, unless more is said', async () => {
    const { expiresAt, createdAt, ...made } = await create();
    expect(made).toMatchObject({ teamId: 'default', userId: null, scopes: ['generate', 'models'] });
    expect(Date.parse(expiresAt ?? '') - Date.parse(createdAt)).toBe(90 * 86_400_000);
  });

  it.each([
    [{ name: '  ' }],
    [{ name: 'a\u0000b' }],
    [{ name: '\ud800' }],
    [{ name: 'k', scopes: [] }],
    [{ name: 'k', scopes: ['admin'] }],
    [{ name: 'k', expiresInDays: 0 }],
    [{ name: 'k', expiresInDays: 4_000 }],
    [{ name: 'k', userId: 'a\u0000b' }],
    [{ name: 'k', teamId: 'x'.repeat(81) }],
    [{ name: 'k', limits: { tokensPerDay: -1 } }],
    [{}],
  ])('refuses the body %j', async (body) => {
    expect((await controller.admin('POST', '/keys', body)).status).toBe(400);
  });

  it.each([{ overlapHours: -1 }, { overlapHours: 721 }, { overlapHours: 0.5 }])(
    'refuses the rotation %j',
    async (body) => {
      const { id } = await create();
      expect((await controller.admin('POST', `/keys/${id}/rotate`, body)).status).toBe(400);
    },
  );

  it.each([
    ['none', 404],
    ['%00', 400],
    ["'%20OR%201=1", 400],
    ['..%2fteams', 400],
  ])('finds no key %s', async (id, expected) => {
    for (const [method, path] of [
      ['GET', `/keys/${id}`],
      ['DELETE', `/keys/${id}`],
    ] as const) {
      expect((await controller.admin(method, path)).status).toBe(expected);
    }
    expect((await controller.admin('POST', `/keys/${id}/rotate`, {})).status).toBe(expected);
  });
});
