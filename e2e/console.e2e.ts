/** The console in a real browser, served by a real controller under its real policy. */
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { AxeResults } from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { Corral } from './support/corral.js';

const ARTIFACTS = resolve(import.meta.dirname, '../artifacts');
const BROWSER = process.env.CORRAL_TEST_BROWSER ?? '/usr/bin/chromium';

let corral: Corral;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  await mkdir(ARTIFACTS, { recursive: true });
  corral = await Corral.start();
  browser = await chromium.launch({
    executablePath: BROWSER,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
}, 180_000);
afterAll(async () => {
  await browser.close();
  await corral.stop();
});

/** What axe finds against WCAG 2.2 A and AA, one line each. */
async function accessibilityFaults(): Promise<string[]> {
  const source = await readFile(
    createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
    'utf8',
  );
  // The page's own policy rightly refuses foreign scripts; the devtools protocol stands above it.
  await page.evaluate(source);
  const results = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    }),
  );
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
}

async function signIn(password: string): Promise<void> {
  await page.getByLabel('E-mail').fill(corral.ready.adminEmail ?? '');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
}

describe('the console', () => {
  it('asks a stranger to sign in, and refuses a wrong password', async () => {
    await page.goto(corral.url);
    await page.waitForURL(/sign-in/);
    await page.screenshot({ path: join(ARTIFACTS, 'sign-in.png') });
    expect(await accessibilityFaults()).toEqual([]);
    await signIn('not the password');
    await page.getByRole('alert').filter({ hasText: 'not right' }).waitFor();
    complaints.length = 0; // the browser reports the 401 itself
  });

  it('shows the machine, its model and its slots to the admin', async () => {
    await signIn(corral.ready.adminPassword ?? '');
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText(corral.model, { exact: true }).first().waitFor();
    await page.getByText('Ready', { exact: true }).first().waitFor();
    expect(await accessibilityFaults()).toEqual([]);
  });

  it('follows requests as they run', async () => {
    // The small model is done before the next look: so it is kept busy until the page has shown it.
    let seen = false;
    const keepBusy = async (): Promise<void> => {
      while (!seen) {
        await corral.client().chat.completions.create({
          model: corral.model,
          messages: [{ role: 'user', content: 'Count from 1 to 50.' }],
          n: 16,
          temperature: 0,
        });
      }
    };
    const busy = keepBusy();
    const slots = (taken: RegExp) => page.getByText(taken).filter({ visible: true }).first();
    await slots(/[1-4]\/4/).waitFor();
    seen = true;
    await busy;
    await slots(/0\/4/).waitFor();
    await page.screenshot({ path: join(ARTIFACTS, 'overview.png'), fullPage: true });
  });

  it('says that it has lost the controller, and finds it again', async () => {
    process.kill(await corral.pidOf('controller'), 'SIGKILL');
    await page.getByText('Reconnecting').filter({ visible: true }).first().waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    complaints.length = 0; // the failed requests of the outage
  });

  it('signs out, and is closed then', async () => {
    await page.getByRole('button', { name: 'Account and preferences' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(/sign-in/);
    await page.goto(corral.url);
    await page.waitForURL(/sign-in/);
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([]);
  });
});
