import { request as rawRequest } from 'node:http';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { ROLES, type CreatedKey, type KeyScope, type Role } from '@corral/contracts/http';
import { accessText, type Access } from '../common/access.decorator.js';
import { rolesOf, scopeOf, TABLE_ROUTES } from '../testing/access-table.js';
import { TestApplication } from '../testing/test-application.js';
import { addPerson } from '../testing/test-people.js';
import { ADMIN_TOKEN, startServers, type TestServers } from '../testing/test-servers.js';
import { declaredRoutes } from './declared-access.js';

type Headers = Record<string, string>;

/** Answers of the guard; a handler that was reached gives others. */
const REFUSED = [401, 403];
const FORGED = [
  'corral.session_token=forged.forged',
  'corral.session_token=',
  '__Host-corral.session_token=forged.forged',
  'better-auth.session_token=forged.forged',
];

describe('access', () => {
  let servers: TestServers;
  let controller: TestApplication;
  const people = {} as Record<Role, Headers>;
  const keys = {} as Record<KeyScope, Headers>;
  const adminToken = { authorization: `Bearer ${ADMIN_TOKEN}` };

  beforeAll(async () => {
    servers = await startServers();
    controller = await TestApplication.start(servers.config());
    for (const role of ROLES) {
      people[role] = { ...(await addPerson(controller, role)).headers };
    }
    for (const scope of ['generate', 'models'] as const) {
      const { body } = await controller.admin('POST', '/keys', { name: scope, scopes: [scope] });
      keys[scope] = { authorization: `Bearer ${(body as CreatedKey).apiKey}` };
    }
  });
  afterAll(async () => {
    await controller.stop();
    await servers.remove();
  });

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

  /** Everybody who is nobody in the admin API, as if the console itself had sent it. */
  function strangers(): Headers[] {
    const [key = ''] = keys.generate.authorization?.split(' ').slice(1) ?? [];
    return [
      {},
      keys.generate,
      keys.models,
      { 'x-api-key': key },
      { authorization: `Bearer ${ADMIN_TOKEN}x` },
      { authorization: `Basic ${ADMIN_TOKEN}` },
      { 'x-api-key': ADMIN_TOKEN },
      ...FORGED.map((cookie) => ({ cookie })),
    ].map((headers) => ({ origin: controller.url, ...headers }));
  }

  /** With the roles in their usual order. */
  function textOf(access: Access | null): string {
    if (access?.kind !== 'role') return access === null ? 'nobody' : accessText(access);
    return accessText({ kind: 'role', roles: ROLES.filter((role) => access.roles.includes(role)) });
  }

  it('is declared by every route, as the table has it', () => {
    const discovery = controller.app.get(DiscoveryService, { strict: false });
    const routes = declaredRoutes(discovery, new MetadataScanner());
    const declared = routes.map(
      ({ access, method, path }) => `${textOf(access)} ${method} ${path}`,
    );
    const table = TABLE_ROUTES.map(({ access, line }) => `${access} ${line}`);
    expect(declared.sort()).toEqual(table.sort());
  });

  const forPeople = TABLE_ROUTES.filter((route) => rolesOf(route) !== null);
  describe.each(forPeople)('to $line, for $access', (route) => {
    const { method, path } = route;
    const admitted = rolesOf(route) ?? [];
    const isRead = method === 'GET';

    it('is refused without credentials, with an API key, a wrong token, a forged cookie', async () => {
      for (const headers of strangers()) expect(await statusOf(method, path, headers)).toBe(401);
    });

    it('is given to its roles and to no other', async () => {
      for (const role of ROLES) {
        const status = await statusOf(method, path, people[role]);
        if (admitted.includes(role)) expect(REFUSED).not.toContain(status);
        else expect(status).toBe(403);
      }
      // The admin token is an admin's.
      expect(REFUSED).not.toContain(await statusOf(method, path, adminToken));
    });

    it('is not given to a cookie in a write that another site sends', async () => {
      if (isRead) return;
      const { cookie = '' } = people.admin;
      const port = new URL(controller.url).port;
      const origins = ['https://elsewhere.example', 'null', `http://localhost.evil:${port}`, ''];
      for (const origin of origins) {
        expect(await statusOf(method, path, { cookie, origin })).toBe(403);
      }
      expect(await statusOf(method, path, { cookie })).toBe(403);
      expect(await statusOf(method, path, { cookie, referer: controller.url })).toBe(403);
    });

    it('is not widened by another spelling of the path', async () => {
      const excluded = ROLES.filter((role) => !admitted.includes(role)).map((role) => people[role]);
      for (const spelling of spellings(path)) {
        for (const headers of [{}, keys.generate, ...excluded]) {
          expect(await statusOf(method, spelling, headers)).toBeGreaterThanOrEqual(400);
        }
      }
    });
  });

  const forKeys = TABLE_ROUTES.filter(({ access }) => access.startsWith('api_key'));
  describe.each(forKeys)('to $line, for $access', (route) => {
    const { method, path } = route;

    it('is by API key alone', async () => {
      const others = [{}, adminToken, ...Object.values(people)];
      for (const headers of others) expect(await statusOf(method, path, headers)).toBe(401);
      for (const spelling of spellings(path)) {
        for (const headers of others) {
          expect(await statusOf(method, spelling, headers)).toBeGreaterThanOrEqual(400);
        }
      }
    });

    it('is given to a key with the scope, and to no other', async () => {
      const scope = scopeOf(route);
      for (const held of ['generate', 'models'] as const) {
        const status = await statusOf(method, path, keys[held]);
        if (scope === null || scope === held) expect(REFUSED).not.toContain(status);
        else expect(status).toBe(403);
      }
    });
  });

  const forAnybody = TABLE_ROUTES.filter(({ access, method }) => {
    return access === 'public' && method !== 'ALL';
  });
  it.each(forAnybody)('to $line is for anybody', async ({ method, path }) => {
    expect(REFUSED).not.toContain(await statusOf(method, path, {}));
  });

  it('is not widened by HEAD or by a method override', async () => {
    expect(await statusOf('HEAD', '/admin/v1/audit', {})).toBe(401);
    expect(await statusOf('HEAD', '/admin/v1/audit', people.lead)).toBe(403);
    const override = { ...people.lead, 'x-http-method-override': 'GET' };
    expect(await statusOf('POST', '/admin/v1/teams', override)).toBe(403);
  });
});

/** The same path, spelt so that one part of the server might read it differently from another. */
function spellings(path: string): string[] {
  const [, first = '', ...rest] = path.split('/');
  const tail = rest.join('/');
  const encoded = `%${first.charCodeAt(0).toString(16)}${first.slice(1)}`;
  return [
    `//${first}/${tail}`,
    `/${first}//${tail}`,
    `/${first.toUpperCase()}/${tail}`,
    `${path}/`,
    `${path}%2f`,
    `/${encoded}/${tail}`,
    `/./${first}/${tail}`,
    `/${first}/./${tail}`,
    `/health/live/../..${path}`,
    `${path};/health/live`,
    `${path}?x=/health/live`,
    `${path}%00`,
    `/${first}%2f${tail}`,
    `/${first}\\${tail}`,
  ];
}
