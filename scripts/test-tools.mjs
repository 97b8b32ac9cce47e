/**
 * Programs that some tests need and npm does not have: nats-server, found as `corral up` finds it,
 * and a browser. On Debian, root installs what is missing; elsewhere the tests that need it are
 * skipped, with the reason.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { STATE } from './pnpm.mjs';
import { runLogged } from './run-logged.mjs';

const BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * @returns {Promise<{ env: Record<string, string>, missing: string[] }>} the environment for the
 *   tests (`PATH` with nats-server, `CORRAL_TEST_BROWSER`), and a line for each missing program.
 */
export async function prepareTools(steps) {
  const missing = [];
  const env = {};

  const nats = await natsServer();
  if ('path' in nats) env.PATH = `${dirname(nats.path)}${delimiter}${process.env.PATH ?? ''}`;
  else missing.push(`nats-server (${nats.reason})`);

  const browser = findBrowser() ?? (await installBrowser(steps));
  if (browser === undefined) missing.push('a browser (none of the usual places has Chromium)');
  else env.CORRAL_TEST_BROWSER = browser;

  return { env, missing };
}

async function natsServer() {
  const cli = (file) => import(new URL(`../apps/cli/dist/nats/${file}`, import.meta.url).href);
  const { findNatsServer, describeSearch } = await cli('find-nats-server.pure.js');
  const { natsPlaces } = await cli('nats-places.js');
  const binDir = join(STATE, 'bin');
  mkdirSync(binDir, { recursive: true });
  const search = await findNatsServer(natsPlaces(binDir, process.env.PATH));
  return search.found ? { path: search.path } : { reason: describeSearch(search.tried) };
}

function findBrowser() {
  const named = process.env.CORRAL_TEST_BROWSER;
  return [...(named ? [named] : []), ...BROWSERS].find((path) => existsSync(path));
}

async function installBrowser(steps) {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return undefined;
  const apt = (...args) =>
    runLogged({
      file: 'apt-get',
      args,
      cwd: '/',
      logFile: join(STATE, 'apt.log'),
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
  try {
    await steps.run('Installing Chromium for the browser tests', async () => {
      await apt('update');
      await apt('install', '-y', '--no-install-recommends', 'chromium');
    });
  } catch (error) {
    steps.explain(error);
  }
  return findBrowser();
}
