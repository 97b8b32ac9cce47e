/** The stages of `npm test`: first what reads the sources, then what runs them. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT, runTurbo, STATE } from './pnpm.mjs';
import { runLogged } from './run-logged.mjs';

const node = (name, ...args) =>
  runLogged({ file: process.execPath, args, cwd: ROOT, logFile: join(STATE, `${name}.log`) });

/** Each throws when it does not pass. */
export const checkStages = [
  { title: 'ESLint', run: () => node('eslint', 'node_modules/eslint/bin/eslint.js', '.') },
  {
    title: 'Formatting',
    run: () => node('prettier', 'node_modules/prettier/bin/prettier.cjs', '--check', '.'),
  },
  { title: 'Layers', run: () => node('layers', 'scripts/check-layers.mjs') },
  { title: 'Types', run: (detail) => runTurbo('typecheck', detail) },
];

/** Each returns its counts, the names of failed and skipped tests, and how long each file took. */
export const testStages = [
  {
    title: 'Unit and integration tests',
    run: (env) => jest('tests', env, ['--selectProjects', 'unit', 'integration', '--maxWorkers=2']),
  },
  {
    title: 'End-to-end tests',
    run: (env) => jest('e2e', env, ['--selectProjects', 'e2e', '--runInBand']),
  },
];

/** Jest shows its progress itself; the counts are read from its report. */
function jest(name, env, args) {
  const report = join(STATE, `${name}.json`);
  rmSync(report, { force: true });
  const { status } = spawnSync(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--no-warnings',
      join(ROOT, 'node_modules/jest/bin/jest.js'),
      ...args,
      '--passWithNoTests',
      '--json',
      `--outputFile=${report}`,
    ],
    { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...env } },
  );
  if (!existsSync(report)) {
    return { passed: 0, failed: 1, failures: [`${name}: no report`], skipped: [], files: [] };
  }
  return counts(JSON.parse(readFileSync(report, 'utf8')), status);
}

function counts(report, status) {
  // A file that cannot be loaded has no tests to count, and is a failure all the same.
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  const named = (...outcomes) =>
    report.testResults.flatMap((suite) =>
      suite.assertionResults
        .filter(({ status: outcome }) => outcomes.includes(outcome))
        .map(({ fullName }) => `${relative(ROOT, suite.name)}: ${fullName}`),
    );
  const unloadable = report.testResults
    .filter(
      ({ status: outcome, assertionResults }) =>
        outcome === 'failed' && assertionResults.length === 0,
    )
    .map((suite) => `${relative(ROOT, suite.name)}: cannot be run`);
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && status !== 0 ? 1 : failed,
    failures: [...unloadable, ...named('failed')],
    skipped: named('pending', 'todo'),
    files: report.testResults.map(({ name, startTime, endTime }) => ({
      name: relative(ROOT, name),
      ms: endTime - startTime,
    })),
  };
}
