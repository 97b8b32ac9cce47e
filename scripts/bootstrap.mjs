/**
 * Makes a checkout ready to run: packages installed from the lockfile by the pinned pnpm, and
 * everything built. Needs nothing but Node, npm and a package registry. Each step is done again
 * only when its fingerprint changed, so that a second start costs milliseconds.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildFingerprint, installFingerprint, missingOutputs } from './fingerprint.mjs';
import { ROOT, runTurbo, runWithPnpm, STATE } from './pnpm.mjs';

/**
 * @param {ReturnType<import('./steps.mjs').createSteps>} steps
 * @returns {Promise<boolean>} false when a step failed; it has been explained by then.
 */
export async function bootstrap(steps) {
  try {
    await install(steps);
    await build(steps);
    return true;
  } catch (error) {
    steps.explain(error);
    return false;
  }
}

async function install(steps) {
  const wanted = installFingerprint(ROOT);
  if (stamp('installed') === wanted) return steps.skipped('Packages', 'up to date');
  await steps.run('Installing packages', (detail) =>
    runWithPnpm('install', ['pnpm', 'install', '--frozen-lockfile', '--reporter=append-only'], {
      onLine: (line) => {
        if (line.startsWith('Progress:')) detail(line.slice('Progress: '.length));
      },
      // Without a terminal pnpm would stop to ask before it replaces a modules folder.
      env: { CI: 'true' },
    }),
  );
  writeStamp('installed', wanted);
}

async function build(steps) {
  const wanted = buildFingerprint(ROOT);
  if (stamp('built') === wanted && missingOutputs(ROOT).length === 0) {
    return steps.skipped('Build', 'up to date');
  }
  await steps.run('Building', (detail) => runTurbo('build', detail));
  writeStamp('built', wanted);
}

function stamp(name) {
  const path = join(STATE, `${name}.stamp`);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function writeStamp(name, value) {
  mkdirSync(STATE, { recursive: true });
  writeFileSync(join(STATE, `${name}.stamp`), value);
}
