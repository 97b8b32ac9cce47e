/** The console in a real browser, served by a real controller under its real policy. */
import type { Page } from 'playwright-core';
import { accessibilityFaults, ConsoleBrowser, keepScreenshot } from '../support/console-browser.js';
import { Corral } from '../support/corral.js';

let corral: Corral;
let browser: ConsoleBrowser;
let page: Page;

beforeAll(async () => {
  corral = await Corral.start();
  browser = await ConsoleBrowser.start();
  page = await browser.newPage();
}, 180_000);
afterAll(async () => {
  await browser.stop();
  await corral.stop();
});

async function signIn(password: string): Promise<void> {
  await page.getByLabel('E-mail').fill(corral.ready.adminEmail ?? '');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
}

describe('the console', () => {
  it('asks a stranger to sign in, and refuses a wrong password', async () => {
    await page.goto(corral.url);
    await page.waitForURL(/sign-in/);
    await keepScreenshot(page, 'sign-in');
    expect(await accessibilityFaults(page)).toEqual([]);
    await signIn('not the password');
    await page.getByRole('alert').filter({ hasText: 'not right' }).waitFor();
    browser.complaints.length = 0; // the browser reports the 401 itself
  });

  it('shows the machine, its model and its slots to the admin', async () => {
    await signIn(corral.ready.adminPassword ?? '');
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText(corral.model, { exact: true }).first().waitFor();
    await page.getByText('Ready', { exact: true }).first().waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
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
    await keepScreenshot(page, 'overview', true);
  });

  it('says that it has lost the controller, and finds it again', async () => {
    process.kill(await corral.pidOf('controller'), 'SIGKILL');
    await page.getByText('Reconnecting').filter({ visible: true }).first().waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    browser.complaints.length = 0; // the failed requests of the outage
  });

  it('signs out, and is closed then', async () => {
    await page.getByRole('button', { name: 'Account and preferences' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(/sign-in/);
    await page.goto(corral.url);
    await page.waitForURL(/sign-in/);
    expect(browser.complaints.filter((text) => !text.includes('401'))).toEqual([]);
  });
});
