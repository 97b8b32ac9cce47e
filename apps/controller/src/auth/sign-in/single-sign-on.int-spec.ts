import { randomUUID } from 'node:crypto';
import { freePort } from '@corral/testing';
import { PrismaService } from '../../infra/prisma.service.js';
import { OidcProvider, type ProviderPerson } from '../../testing/oidc-provider.js';
import { TestApplication } from '../../testing/test-application.js';
import { TestBrowser } from '../../testing/test-browser.js';
import { addPerson, addTeam } from '../../testing/test-people.js';
import { startServers, type TestServers } from '../../testing/test-servers.js';

const START = '/admin/v1/sign-in/oidc';

describe('single sign-on', () => {
  let servers: TestServers;
  let controller: TestApplication;
  let provider: OidcProvider;

  beforeAll(async () => {
    servers = await startServers();
    const port = await freePort();
    controller = await TestApplication.start(
      servers.config({
        ...OidcProvider.settings(port),
        CORRAL_OIDC_NAME: 'Acme ID',
        CORRAL_OIDC_ALLOWED_DOMAINS: 'acme.example',
      }),
    );
    // Before the provider is there, people are sent back to the sign-in page.
    expect(await land(new TestBrowser())).toBe('/sign-in?error=provider_unreachable');
    provider = await OidcProvider.start(port, `${controller.url}/api/auth/callback/oidc`);
  });
  afterAll(async () => {
    await provider.stop();
    await controller.stop();
    await servers.remove();
  });

  const client = () => controller.app.get(PrismaService).client;
  const person = (change: Partial<ProviderPerson> = {}): ProviderPerson => {
    const sub = randomUUID();
    return { sub, email: `${sub}@acme.example`, email_verified: true, name: 'Ann', ...change };
  };
  const isConsole = ({ origin, pathname }: URL) =>
    origin === controller.url && ['/', '/sign-in'].includes(pathname);

  /** Where the console is opened in the end: path and query. */
  async function land(browser: TestBrowser): Promise<string> {
    const { url, status } = await browser.open(controller.url + START, isConsole);
    if (!isConsole(url)) throw new Error(`the browser stopped at ${url.href} with ${status}`);
    return url.pathname + url.search;
  }
  async function come(as: ProviderPerson): Promise<{ landed: string; me: unknown }> {
    await provider.present(as);
    const browser = new TestBrowser();
    const landed = await land(browser);
    const headers = { cookie: browser.cookie };
    const { body } = await controller.ask('GET', '/admin/v1/me', { headers });
    return { landed, me: body };
  }
  const REFUSED = { error: { code: 'invalid_api_key' } };

  it('is offered by its name', async () => {
    const { body } = await controller.ask('GET', '/admin/v1/sign-in-options');
    expect(body).toEqual({ password: true, oidc: { name: 'Acme ID', url: START } });
  });

  it('makes a developer of the first team of somebody new, and knows them again', async () => {
    const ann = person();
    const { landed, me } = await come(ann);
    expect(landed).toBe('/');
    expect(me).toMatchObject({
      email: ann.email,
      name: 'Ann',
      role: 'developer',
      teamId: 'default',
    });
    // By the provider's own id, also under another address.
    expect((await come({ ...ann, email: 'ann.b@acme.example' })).me).toEqual(me);
    const made = await client().auditEntry.findMany({ where: { action: 'user.create' } });
    expect(made).toMatchObject([{ actorKind: 'system', after: { email: ann.email } }]);
  });

  it('keeps none of the provider’s tokens', async () => {
    await come(person());
    expect(await client().account.findFirst({ where: { providerId: 'oidc' } })).toMatchObject({
      accessToken: null,
      refreshToken: null,
      idToken: null,
    });
  });

  it('leads to the account that the address has already, with its role and team', async () => {
    const team = await addTeam(controller);
    const lead = await addPerson(controller, 'lead', team);
    const { me } = await come(person({ email: lead.email }));
    expect(me).toMatchObject({ userId: lead.id, role: 'lead', teamId: team });
  });

  it('does not lead there when the provider does not vouch for the address', async () => {
    const lead = await addPerson(controller, 'lead');
    const { landed, me } = await come(person({ email: lead.email, email_verified: false }));
    expect(landed).toMatch(/^\/sign-in\?error=/);
    expect(me).toMatchObject(REFUSED);
  });

  it.each([
    ['of another domain', { email: 'ann@elsewhere.example' }],
    ['whose address is not verified', { email_verified: false }],
  ])('lets in nobody new %s', async (_who, change) => {
    const stranger = person(change);
    const { landed, me } = await come(stranger);
    expect(landed).toMatch(/^\/sign-in\?error=/);
    expect(me).toMatchObject(REFUSED);
    expect(await client().user.count({ where: { email: stranger.email } })).toBe(0);
  });

  it('keeps out who is disabled', async () => {
    const ann = person();
    await come(ann);
    const disabledAt = new Date();
    await client().user.update({ where: { email: ann.email }, data: { disabledAt } });
    const { landed, me } = await come(ann);
    expect(landed).toMatch(/^\/sign-in\?error=/);
    expect(me).toMatchObject(REFUSED);
  });

  it('does not let one browser finish what another has begun', async () => {
    await provider.present(person());
    const [victim, attacker] = [new TestBrowser(), new TestBrowser()];
    const isCallback = ({ pathname }: URL) => pathname.startsWith('/api/auth/callback/');
    const { url } = await attacker.open(controller.url + START, isCallback);
    const landed = await victim.open(url.href, isConsole);
    expect(landed.url.pathname + landed.url.search).toMatch(/^\/sign-in\?error=/);
    expect(victim.cookie).not.toContain('session_token');
  });

  it('takes no answer twice', async () => {
    await provider.present(person());
    const browser = new TestBrowser();
    const isCallback = ({ pathname }: URL) => pathname.startsWith('/api/auth/callback/');
    const { url } = await browser.open(controller.url + START, isCallback);
    expect((await browser.open(url.href, isConsole)).url.pathname).toBe('/');
    expect((await browser.open(url.href, isConsole)).url.pathname).toBe('/sign-in');
  });
});
