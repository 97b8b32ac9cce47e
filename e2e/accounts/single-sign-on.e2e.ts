/** Single sign-on in a real browser: a controller of its own beside a real provider. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  freePort,
  startNats,
  startPostgres,
  type NatsServer,
  type PostgresServer,
} from '@corral/testing';
import type { Page } from 'playwright-core';
import { OidcProvider } from '../../apps/controller/src/testing/oidc-provider.js';
import { accessibilityFaults, ConsoleBrowser, keepScreenshot } from '../support/console-browser.js';
import { MemberProcess } from '../support/member-process.js';

let folder: string;
let postgres: PostgresServer;
let nats: NatsServer;
let controller: MemberProcess;
let provider: OidcProvider;
let browser: ConsoleBrowser;
let url: string;
let page: Page;

beforeAll(async () => {
  const [port, providerPort] = [await freePort(), await freePort()];
  url = `http://127.0.0.1:${port}`;
  folder = await mkdtemp(join(tmpdir(), 'corral-sign-on-'));
  [postgres, nats] = await Promise.all([startPostgres(), startNats()]);
  controller = new MemberProcess({
    name: 'controller',
    main: resolve(import.meta.dirname, '../../apps/controller/dist/main.js'),
    logFile: join(folder, 'controller.log'),
    env: {
      CORRAL_PORT: String(port),
      CORRAL_AUTH_SECRET: 'signs the sessions of a sign-on test',
      CORRAL_ADMIN_TOKEN: 'admin-token-of-a-sign-on-test',
      CORRAL_SPOOL_DIR: join(folder, 'spool'),
      CORRAL_LOG_LEVEL: 'warn',
      DATABASE_URL: await postgres.createDatabase('corral'),
      NATS_URL: nats.url,
      ...OidcProvider.settings(providerPort),
      CORRAL_OIDC_NAME: 'Acme ID',
      CORRAL_OIDC_ALLOWED_DOMAINS: 'acme.example',
    },
  });
  await controller.start();
  provider = await OidcProvider.start(providerPort, `${url}/api/auth/callback/oidc`);
  browser = await ConsoleBrowser.start();
}, 180_000);
afterAll(async () => {
  await browser.stop();
  await provider.stop();
  await controller.stop();
  await Promise.all([postgres.remove(), nats.remove()]);
  await rm(folder, { recursive: true, force: true });
});

describe('single sign-on', () => {
  // A browser for each, since the provider knows one again.
  beforeEach(async () => {
    page = await browser.newPage();
    await page.goto(`${url}/sign-in`);
  });
  afterEach(() => page.close());

  const button = () => page.getByRole('link', { name: 'Sign in with Acme ID' });
  const come = async (email: string): Promise<void> => {
    await provider.present({ sub: email, email, email_verified: true, name: 'Bo' });
    await button().click();
  };

  it('says in words, and once, why somebody is not let in', async () => {
    await come('bo@elsewhere.example');
    await page.getByRole('alert').filter({ hasText: 'Ask an admin for an invitation' }).waitFor();
    await page.waitForURL(`${url}/sign-in`);
    await keepScreenshot(page, 'sign-in-refused');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.reload();
    await button().waitFor();
    expect(await page.getByText('Ask an admin for an invitation').count()).toBe(0);
  });

  it('leads into the console', async () => {
    await come('bo@acme.example');
    await page.getByRole('heading', { name: 'Hello, Bo' }).waitFor();
    await page.getByText('No model is deployed at present.').waitFor();
    await keepScreenshot(page, 'member-without-models');
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});
