/** How invited people come in by the console, and what they see then. */
import { createdInvitationSchema } from '@corral/contracts/http';
import type { Page } from 'playwright-core';
import { accessibilityFaults, ConsoleBrowser, keepScreenshot } from '../support/console-browser.js';
import { Corral } from '../support/corral.js';

const EMAIL = 'ann@acme.example';
const PASSWORD = 'a password of some length';

let corral: Corral;
let browser: ConsoleBrowser;

beforeAll(async () => {
  corral = await Corral.start();
  browser = await ConsoleBrowser.start();
}, 180_000);
afterAll(async () => {
  await browser.stop();
  await corral.stop();
});
afterEach(() => {
  // The browser itself reports each 4xx, and a test expects some.
  const complaints = browser.complaints.splice(0).filter((text) => !/status of 4\d\d/.test(text));
  expect(complaints).toEqual([]);
});

async function invite(email: string, role = 'developer'): Promise<string> {
  const answer = await corral.admin('/invitations', {
    method: 'POST',
    body: JSON.stringify({ email, role }),
  });
  return createdInvitationSchema.parse(await answer.json()).url;
}

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
}

async function enterAccount(page: Page, name: string, password: string): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
}

describe('an invitation', () => {
  let url: string;
  let page: Page;

  beforeAll(async () => {
    url = await invite(EMAIL);
    page = await browser.newPage();
  });
  afterAll(() => page.close());

  it('takes its token out of the address, and leaves it nowhere', async () => {
    const token = new URL(url).searchParams.get('token') ?? '';
    expect(token).toHaveLength(43);
    const asked: string[] = [];
    page.on('request', (request) => {
      asked.push(`${request.url()} ${request.headers().referer ?? ''}`);
    });
    await page.goto(url);
    await page.getByRole('button', { name: 'Create account' }).waitFor();
    await page.waitForURL(`${corral.url}/accept-invitation`);
    expect(asked.filter((line) => line.includes(token))).toEqual([`${url} `]);
    const state: string = await page.evaluate(() => JSON.stringify(window.history.state));
    expect(state).not.toContain(token);
  });

  it('asks for a name and a password that is long enough', async () => {
    await keepScreenshot(page, 'accept-invitation');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByText('Enter your name.').waitFor();
    await enterAccount(page, 'Ann', 'short');
    await page.getByText('The password needs 12 characters or more.').waitFor();
    await keepScreenshot(page, 'accept-invitation-problems');
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('leads to the sign-in page, which knows the address', async () => {
    await enterAccount(page, 'Ann', PASSWORD);
    await page.waitForURL(`${corral.url}/sign-in`);
    await page.getByText('Your account is ready').waitFor();
    expect(await page.getByLabel('E-mail').inputValue()).toBe(EMAIL);
    await keepScreenshot(page, 'sign-in-new-account');
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('ends at a plain page that says who one is and how to connect', async () => {
    // The password field has the focus: only the address was filled in.
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Hello, Ann' }).waitFor();
    await page.getByText('Developer', { exact: true }).waitFor();
    await page.getByText(`corral keys create my-app --user ${EMAIL}`, { exact: true }).waitFor();
    await page.getByText(`"model": "${corral.model}"`).waitFor();
    await keepScreenshot(page, 'member', true);
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('asks nothing that the role is refused', async () => {
    const refused: string[] = [];
    page.on('response', (response) => {
      if (response.status() >= 400) refused.push(response.url());
    });
    await page.reload();
    await page.getByText(`"model": "${corral.model}"`).waitFor();
    expect(refused).toEqual([]);
  });

  it('asks who is signed in to sign out first, and opens once', async () => {
    await page.goto(url);
    await page.getByText(`You are signed in as ${EMAIL}`).waitFor();
    await page.waitForURL(`${corral.url}/accept-invitation`);
    await keepScreenshot(page, 'accept-invitation-signed-in');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await enterAccount(page, 'Mallory', PASSWORD);
    await page.getByRole('alert').filter({ hasText: 'This invitation is not valid' }).waitFor();
    await keepScreenshot(page, 'accept-invitation-refused');
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('answers alike for a link that nobody sent, and says when it is cut off', async () => {
    await page.goto(`${corral.url}/accept-invitation?token=${'x'.repeat(43)}`);
    await enterAccount(page, 'Mallory', PASSWORD);
    await page.getByRole('alert').filter({ hasText: 'This invitation is not valid' }).waitFor();
    await page.goto(`${corral.url}/accept-invitation`);
    await page.getByRole('alert').filter({ hasText: 'not complete' }).waitFor();
  });

  it('reads as well in Chinese, in the dark and on a phone', async () => {
    const link = await invite('li@acme.example', 'lead');
    const phone = await browser.newPage({
      locale: 'zh-CN',
      colorScheme: 'dark',
      viewport: { width: 390, height: 844 },
    });
    await phone.goto(link);
    await phone.getByRole('button', { name: '创建账户' }).waitFor();
    await keepScreenshot(phone, 'accept-invitation-zh-dark');
    expect(await accessibilityFaults(phone)).toEqual([]);
    await phone.getByLabel('姓名').fill('李');
    await phone.getByLabel('密码', { exact: true }).fill(PASSWORD);
    await phone.keyboard.press('Enter');
    await phone.getByText('账户已创建').waitFor();
    await keepScreenshot(phone, 'sign-in-zh-dark', true);
    expect(await accessibilityFaults(phone)).toEqual([]);
    await phone.keyboard.type(PASSWORD);
    await phone.keyboard.press('Enter');
    await phone.getByText('团队负责人', { exact: true }).waitFor();
    await phone.getByText(`"model": "${corral.model}"`).waitFor();
    await keepScreenshot(phone, 'member-zh-dark', true);
    expect(await accessibilityFaults(phone)).toEqual([]);
    await phone.close();
  });
});

describe('a viewer', () => {
  it('sees the cluster, as an admin does', async () => {
    const page = await browser.newPage();
    await page.goto(await invite('vic@acme.example', 'viewer'));
    await enterAccount(page, 'Vic', PASSWORD);
    await page.waitForURL(`${corral.url}/sign-in`);
    await signIn(page, 'vic@acme.example', PASSWORD);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.close();
  });
});

describe('a password that is guessed', () => {
  it('has to wait, and is told how long', async () => {
    const page = await browser.newPage();
    await page.goto(`${corral.url}/sign-in`);
    const wait = page.getByRole('button', { name: /^Try again in \d+ s$/ });
    const wrong = page.getByRole('alert').filter({ hasText: 'not right' });
    while (!(await wait.isVisible())) {
      await signIn(page, EMAIL, 'not the password');
      await wait.or(wrong).first().waitFor();
    }
    await page.getByText('Too many tries').waitFor();
    await page.close();
  });
});
