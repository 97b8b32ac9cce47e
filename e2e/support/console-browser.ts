/** A real browser that looks at the console, and what axe finds in it. */
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { AxeResults } from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const ARTIFACTS = resolve(import.meta.dirname, '../../artifacts');
const BROWSER = process.env.CORRAL_TEST_BROWSER ?? '/usr/bin/chromium';

export class ConsoleBrowser {
  /** What pages threw or wrote as an error to the browser's console. */
  readonly complaints: string[] = [];

  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<ConsoleBrowser> {
    await mkdir(ARTIFACTS, { recursive: true });
    const browser = await chromium.launch({
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
    return new ConsoleBrowser(browser);
  }

  /** A page with cookies and storage of its own; English and 1440 x 900 unless told otherwise. */
  async newPage(options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.browser.newPage({
      viewport: { width: 1440, height: 900 },
      locale: 'en-GB',
      ...options,
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    return page;
  }

  stop(): Promise<void> {
    return this.browser.close();
  }
}

/** Kept in artifacts/ as `<name>.png`. */
export async function keepScreenshot(page: Page, name: string, fullPage = false): Promise<void> {
  await page.screenshot({ path: join(ARTIFACTS, `${name}.png`), fullPage });
}

/** What axe finds against WCAG 2.2 A and AA, one line each. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
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
