import { PrismaService } from '../../infra/prisma.service.js';
import { TestApplication } from '../../testing/test-application.js';
import {
  addPerson,
  addTeam,
  askAs,
  cookieOf,
  PASSWORD,
  signIn,
} from '../../testing/test-people.js';
import { startServers, type TestServers } from '../../testing/test-servers.js';
import { FirstAdminService, type FirstAdmin } from '../first-admin.service.js';

describe('signing in', () => {
  let servers: TestServers;
  let controller: TestApplication;
  let admin: FirstAdmin;

  beforeAll(async () => {
    servers = await startServers();
    controller = await TestApplication.start(servers.config());
    const made = await Promise.all([ensureAdmin(), ensureAdmin()]);
    const [first, ...more] = made.flatMap((one) => one ?? []);
    if (first === undefined || more.length > 0) throw new Error('not exactly one first admin');
    admin = first;
  });
  afterAll(async () => {
    await controller.stop();
    await servers.remove();
  });

  const ensureAdmin = () => controller.app.get(FirstAdminService).ensure();
  const client = () => controller.app.get(PrismaService).client;
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    controller.ask('POST', `/api/auth${path}`, {
      body,
      headers: { origin: controller.url, ...headers },
    });
  const statusOf = async (cookie: string) =>
    (await controller.ask('GET', '/admin/v1/me', { headers: { cookie } })).status;

  it('makes the first admin once', async () => {
    expect(await ensureAdmin()).toBeNull();
  });

  it('gives the first key with the first admin, to whom it belongs', async () => {
    const headers = { authorization: `Bearer ${admin.apiKey}` };
    expect((await controller.ask('GET', '/v1/models', { headers })).status).toBe(200);
    const user = await client().user.findUniqueOrThrow({ where: { email: admin.email } });
    expect(user).toMatchObject({ role: 'admin', teamId: 'default' });
    expect(await client().apiKey.findMany()).toMatchObject([
      { userId: user.id, teamId: 'default' },
    ]);
  });

  it('sets a cookie that opens the admin API, and that scripts cannot read', async () => {
    const { status, headers } = await signIn(controller, admin.email, admin.password);
    expect(status).toBe(200);
    const [cookie = ''] = headers.getSetCookie();
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Lax/i);
    const session = { cookie: cookieOf(headers) };
    expect(await statusOf(session.cookie)).toBe(200);
    expect((await post('/sign-out', {}, session)).status).toBe(200);
    expect(await statusOf(session.cookie)).toBe(401);
  });

  it('ends the session that the browser had before', async () => {
    const before = cookieOf((await signIn(controller, admin.email, admin.password)).headers);
    const again = await signIn(controller, admin.email, admin.password, { cookie: before });
    expect(cookieOf(again.headers)).not.toBe(before);
    expect(await statusOf(cookieOf(again.headers))).toBe(200);
    expect(await statusOf(before)).toBe(401);
  });

  it('answers a wrong password, an unknown user and a disabled one alike', async () => {
    const disabled = await addPerson(controller, 'developer');
    await client().user.update({ where: { id: disabled.id }, data: { disabledAt: new Date() } });
    const team = await addTeam(controller);
    const ofDisabledTeam = await addPerson(controller, 'developer', team);
    await client().team.update({ where: { id: team }, data: { disabledAt: new Date() } });
    const wrong = await signIn(controller, admin.email, 'not the password');
    expect(wrong.status).toBe(401);
    for (const { status, body, headers } of [
      wrong,
      await signIn(controller, 'nobody@example.com', 'not the password'),
      await signIn(controller, disabled.email, PASSWORD),
      await signIn(controller, ofDisabledTeam.email, PASSWORD),
    ]) {
      expect([status, body]).toEqual([wrong.status, wrong.body]);
      expect(headers.getSetCookie()).toEqual([]);
    }
  });

  it('changes a password for who knows it, and ends the other sessions', async () => {
    const person = await addPerson(controller, 'developer');
    const newPassword = 'another password of mine';
    const change = (currentPassword: string, to: string) =>
      post('/change-password', { currentPassword, newPassword: to }, person.headers);
    expect((await change('not the password', newPassword)).status).toBe(400);
    expect((await change(PASSWORD, 'too short')).status).toBe(400);
    const other = cookieOf((await signIn(controller, person.email)).headers);
    expect((await change(PASSWORD, newPassword)).status).toBe(200);
    expect(await statusOf(other)).toBe(401);
    expect((await signIn(controller, person.email)).status).toBe(401);
    expect((await signIn(controller, person.email, newPassword)).status).toBe(200);
  });

  it('does not let anybody sign up', async () => {
    const body = { email: 'new@example.com', password: 'a password of mine', name: 'New' };
    expect((await post('/sign-up/email', body)).status).toBe(404);
    expect((await signIn(controller, body.email, body.password)).status).toBe(401);
  });

  it.each([
    'POST /update-user',
    'POST /delete-user',
    'POST /change-email',
    'POST /sign-in/social',
    'POST /link-social',
    'POST /request-password-reset',
    'GET /list-sessions',
    'POST /revoke-sessions',
    'GET /error',
    'POST /sign-in/email/',
    'POST /sign-in%2femail',
    'POST /SIGN-IN/email',
    'POST /x/../sign-in/email',
  ])('has no %s', async (route) => {
    const person = await addPerson(controller, 'developer');
    const [method = '', path = ''] = route.split(' ');
    const { status } = await controller.ask(method, `/api/auth${path}`, {
      headers: person.headers,
      ...(method === 'GET' ? {} : { body: { email: person.email, role: 'admin' } }),
    });
    // fetch itself resolves the dots, and then the body lacks a password.
    expect(status).toBe(path.includes('..') ? 400 : 404);
    expect((await askAs(controller, person, 'GET', '/me')).body).toMatchObject({
      role: 'developer',
    });
  });

  it('refuses a form that another site sends', async () => {
    const { status, headers } = await signIn(controller, admin.email, admin.password, {
      origin: 'https://elsewhere.example',
      cookie: 'corral.session_token=some',
    });
    expect(status).toBe(403);
    expect(headers.getSetCookie()).toEqual([]);
  });

  it.each([[{ email: 5, password: [] }], [[]], [{}]])('refuses the body %j', async (body) => {
    const { status } = await post('/sign-in/email', body);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  });

  it('offers the password, and no single sign-on unless it is configured', async () => {
    const { body } = await controller.ask('GET', '/admin/v1/sign-in-options');
    expect(body).toEqual({ password: true, oidc: null });
    expect((await controller.ask('GET', '/admin/v1/sign-in/oidc')).status).toBe(404);
  });

  it('sets a cookie of this host alone where browsers come by https', async () => {
    const publicUrl = 'https://corral.example.com';
    const secure = await TestApplication.start(servers.config({ CORRAL_PUBLIC_URL: publicUrl }));
    try {
      const { headers } = await signIn(secure, admin.email, admin.password, { origin: publicUrl });
      const [cookie = ''] = headers.getSetCookie();
      expect(cookie).toMatch(/^__Host-corral\.session_token=/);
      expect(cookie).toMatch(/; Path=\/(;|$)/i);
      expect(cookie).toMatch(/; Secure(;|$)/i);
      expect(cookie).not.toMatch(/Domain/i);
      const me = await secure.ask('GET', '/admin/v1/me', {
        headers: { cookie: cookieOf(headers) },
      });
      expect(me.status).toBe(200);
    } finally {
      await secure.stop();
    }
  });
});
