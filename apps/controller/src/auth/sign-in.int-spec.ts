import { TestApplication, type Answer } from '../testing/test-application.js';
import { startServers, type TestServers } from '../testing/test-servers.js';
import { FirstAdminService, type FirstAdmin } from './first-admin.service.js';

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
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    controller.ask('POST', `/api/auth${path}`, {
      body,
      headers: { origin: controller.url, ...headers },
    });
  const signIn = (email: string, password: string, headers = {}): Promise<Answer> =>
    post('/sign-in/email', { email, password }, headers);

  it('makes the first admin once', async () => {
    expect(await ensureAdmin()).toBeNull();
  });

  it('gives the first key with the first admin', async () => {
    const headers = { authorization: `Bearer ${admin.apiKey}` };
    expect((await controller.ask('GET', '/v1/models', { headers })).status).toBe(200);
  });

  it('sets a cookie that opens the admin API, and that scripts cannot read', async () => {
    const { status, headers } = await signIn(admin.email, admin.password);
    expect(status).toBe(200);
    const [cookie = ''] = headers.getSetCookie();
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Lax/i);
    const session = { cookie: cookie.split(';')[0] ?? '' };
    expect((await controller.ask('GET', '/admin/v1/keys', { headers: session })).status).toBe(200);
    const signedOut = await post('/sign-out', {}, session);
    expect(signedOut.status).toBe(200);
    expect((await controller.ask('GET', '/admin/v1/keys', { headers: session })).status).toBe(401);
  });

  it('answers a wrong password and an unknown user alike', async () => {
    const wrong = await signIn(admin.email, 'not the password');
    const unknown = await signIn('nobody@corral.local', 'not the password');
    expect(wrong.status).toBe(401);
    expect([unknown.status, unknown.body]).toEqual([wrong.status, wrong.body]);
    expect(wrong.headers.getSetCookie()).toEqual([]);
  });

  it('does not let anybody sign up', async () => {
    const body = { email: 'new@corral.local', password: 'a password of mine', name: 'New' };
    expect((await post('/sign-up/email', body)).status).toBeGreaterThanOrEqual(400);
    expect((await signIn(body.email, body.password)).status).toBe(401);
  });

  it('refuses a form that another site sends', async () => {
    const { status, headers } = await signIn(admin.email, admin.password, {
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

  it('is throttled, whatever address the client claims', async () => {
    const statuses = new Set<number>();
    for (let tried = 0; tried < 12; tried += 1) {
      const claimed = {
        'x-forwarded-for': `10.0.0.${tried}`,
        'x-corral-client-address': '1.2.3.4',
      };
      statuses.add((await signIn(admin.email, 'guess', claimed)).status);
    }
    expect(statuses).toContain(429);
  });
});
