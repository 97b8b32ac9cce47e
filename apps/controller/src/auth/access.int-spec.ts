import { randomUUID } from 'node:crypto';
import { request as rawRequest } from 'node:http';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { ApiKeysService } from '../api-keys/api-keys.service.js';
import { PrismaService } from '../infra/prisma.service.js';
import { TestApplication } from '../testing/test-application.js';
import { ADMIN_TOKEN, startServers, type TestServers } from '../testing/test-servers.js';
import { declaredRoutes } from './declared-access.js';
import { FirstAdminService } from './first-admin.service.js';
import { hashPassword } from './sign-in.service.js';

/** Every route there is, and who may call it. A new route has to be entered here. */
const TABLE = {
  public: [
    'ALL /api/auth/*',
    'GET /health/live',
    'GET /health/ready',
    // Its own rule: this machine, or the metrics token.
    'GET /metrics',
  ],
  api_key: [
    'GET /v1/models',
    'GET /v1/models/*',
    'POST /v1/chat/completions',
    'POST /v1/completions',
  ],
  admin: [
    'DELETE /admin/v1/deployments/*',
    'DELETE /admin/v1/keys/:id',
    'DELETE /admin/v1/models/:digest',
    'GET /admin/v1/deployments',
    'GET /admin/v1/deployments/*',
    'GET /admin/v1/events',
    'GET /admin/v1/keys',
    'GET /admin/v1/models',
    'GET /admin/v1/nodes',
    'GET /admin/v1/nodes/:id',
    'GET /admin/v1/overview',
    'GET /admin/v1/requests',
    'POST /admin/v1/deployments',
    'POST /admin/v1/keys',
    'POST /admin/v1/models/import',
  ],
} as const;

type Headers = Record<string, string>;

describe('access', () => {
  let servers: TestServers;
  let controller: TestApplication;
  let apiKey: Headers;
  let adminCookie: Headers;
  let developerCookie: Headers;
  const adminToken = { authorization: `Bearer ${ADMIN_TOKEN}` };

  beforeAll(async () => {
    servers = await startServers();
    controller = await TestApplication.start(servers.config());
    const { app } = controller;
    const admin = await app.get(FirstAdminService).ensure();
    if (admin === null) throw new Error('the database is not empty');
    await addDeveloper(app.get(PrismaService));
    const key = await app.get(ApiKeysService).create({ name: 'k', expiresInDays: null });
    apiKey = { authorization: `Bearer ${key.apiKey}` };
    adminCookie = await signIn(admin.email, admin.password);
    developerCookie = await signIn('dev@corral.local', 'a password');
  });
  afterAll(async () => {
    await controller.stop();
    await servers.remove();
  });

  async function signIn(email: string, password: string): Promise<Headers> {
    const { headers } = await controller.ask('POST', '/api/auth/sign-in/email', {
      body: { email, password },
      headers: { origin: controller.url },
    });
    return {
      cookie: headers.getSetCookie().join('; ').split(';')[0] ?? '',
      origin: controller.url,
    };
  }

  /** The status alone: a stream's body would not end. */
  function statusOf(method: string, path: string, headers: Headers): Promise<number> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(controller.url);
      const sent = rawRequest({ hostname, port, method, path, headers, agent: false });
      sent.once('error', reject).once('response', (response) => {
        resolve(response.statusCode ?? 0);
        sent.destroy();
      });
      sent.end();
    });
  }

  function routeOf(line: string): [method: string, path: string] {
    const [method = '', path = ''] = line.split(' ');
    return [method, path.replace('*', 'x').replace(/:\w+/, 'x')];
  }

  it('is declared by every route, as the table has it', () => {
    const discovery = controller.app.get(DiscoveryService, { strict: false });
    const routes = declaredRoutes(discovery, new MetadataScanner());
    const table = Object.entries(TABLE).flatMap(([access, lines]) =>
      lines.map((line) => `${access} ${line}`),
    );
    expect(routes.map(({ access, method, path }) => `${access} ${method} ${path}`).sort()).toEqual(
      table.sort(),
    );
  });

  describe.each(TABLE.admin)('to %s', (line) => {
    const [method, path] = routeOf(line);
    const REFUSED = [401, 403];

    it('is refused without credentials, with an API key and with a wrong token', async () => {
      const [key = ''] = apiKey.authorization?.split(' ').slice(1) ?? [];
      const strangers: Headers[] = [
        {},
        apiKey,
        { 'x-api-key': key },
        { authorization: `Bearer ${ADMIN_TOKEN}x` },
        { authorization: `Basic ${ADMIN_TOKEN}` },
        { cookie: 'corral.session_token=forged.forged' },
      ];
      for (const headers of strangers) {
        expect(await statusOf(method, path, { origin: controller.url, ...headers })).toBe(401);
      }
    });

    it('is refused to a developer', async () => {
      expect(await statusOf(method, path, developerCookie)).toBe(403);
    });

    it('is given to a signed-in admin and to the admin token', async () => {
      expect(REFUSED).not.toContain(await statusOf(method, path, adminCookie));
      expect(REFUSED).not.toContain(await statusOf(method, path, adminToken));
    });

    it('is refused to an admin’s cookie in a write that another site sends', async () => {
      if (method === 'GET') return;
      const { cookie = '' } = adminCookie;
      for (const origin of ['https://elsewhere.example', 'null']) {
        expect(await statusOf(method, path, { cookie, origin })).toBe(403);
      }
      expect(await statusOf(method, path, { cookie })).toBe(403);
    });
  });

  it.each(TABLE.api_key)('to %s is by API key alone', async (line) => {
    const [method, path] = routeOf(line);
    for (const headers of [{}, adminCookie, adminToken]) {
      expect(await statusOf(method, path, headers)).toBe(401);
    }
    expect(await statusOf(method, path, apiKey)).not.toBe(401);
  });

  it.each([
    '/admin/v1//keys',
    '//admin/v1/keys',
    '/ADMIN/v1/keys',
    '/admin/v1/keys/',
    '/admin/v1/keys%2f',
    '/%61dmin/v1/keys',
    '/admin/v1/./keys',
    '/v1/../admin/v1/keys',
    '/health/live/../../admin/v1/keys',
    '/admin/v1/keys;/health/live',
    '/admin/v1/keys?x=/health/live',
    '/admin%2fv1%2fkeys',
  ])('is not widened by spelling the path as %s', async (path) => {
    for (const headers of [{}, apiKey, developerCookie]) {
      expect(await statusOf('GET', path, headers)).toBeGreaterThanOrEqual(400);
    }
  });

  it('is not widened by HEAD or by a method override', async () => {
    expect(await statusOf('HEAD', '/admin/v1/keys', {})).toBe(401);
    const override = { 'x-http-method-override': 'GET' };
    expect(await statusOf('POST', '/admin/v1/keys', override)).toBe(403);
  });
});

async function addDeveloper(prisma: PrismaService): Promise<void> {
  const id = randomUUID();
  await prisma.client.user.create({
    data: {
      id,
      email: 'dev@corral.local',
      name: 'Dev',
      accounts: {
        create: {
          id: randomUUID(),
          accountId: id,
          providerId: 'credential',
          password: await hashPassword('a password'),
        },
      },
    },
  });
}
