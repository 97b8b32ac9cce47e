/**
 * `npm test`: everything that must hold before a change is taken. Every stage runs even when an
 * earlier one failed, unless nothing was built. The last lines name the ten slowest test files and
 * what failed, and count the tests; a stage that failed as a whole counts as one failure.
 */
import './require-node.mjs';

/** Test files that took longest, listed at the end of a run. */
const SLOWEST_SHOWN = 10;

async function test() {
  const { bootstrap } = await import('./bootstrap.mjs');
  const { createSteps } = await import('./steps.mjs');
  const { checkStages, testStages } = await import('./test-stages.mjs');
  const { prepareTools } = await import('./test-tools.mjs');

  const steps = createSteps();
  if (!(await bootstrap(steps)))
    return summary({ passed: 0, failed: 1, failures: ['Build'], skipped: [], files: [] });

  const total = { passed: 0, failed: 0, failures: [], skipped: [], files: [] };
  for (const { title, run } of checkStages) {
    const failed = await steps.run(title, run).then(
      () => false,
      (error) => steps.explain(error) ?? true,
    );
    if (failed) {
      total.failed += 1;
      total.failures.push(title);
    }
  }

  const tools = await prepareTools(steps);
  for (const { title, run } of testStages) {
    console.log(`\n${title}`);
    const startedAt = Date.now();
    const result = run(tools.env);
    console.log(`${title}: ${Math.round((Date.now() - startedAt) / 1000)} s`);
    total.passed += result.passed;
    total.failed += result.failed;
    total.failures.push(...result.failures);
    total.skipped.push(...result.skipped);
    total.files.push(...result.files);
  }

  for (const missing of tools.missing) console.log(`Not available: ${missing}`);
  return summary(total);
}

function summary({ passed, failed, failures, skipped, files }) {
  const slowest = files.toSorted((a, b) => b.ms - a.ms).slice(0, SLOWEST_SHOWN);
  for (const { name, ms } of slowest) console.log(`slow: ${Math.round(ms / 1000)} s ${name}`);
  for (const name of skipped) console.log(`skipped: ${name}`);
  for (const name of failures) console.log(`failed: ${name}`);
  if (passed === 0) console.log('No test ran.');
  console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

test().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
