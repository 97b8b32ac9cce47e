/**
 * `npm test`: everything that must hold before a change is taken. Every stage runs even when an
 * earlier one failed, unless nothing was built. The last lines name what failed and count the tests; a
 * stage that failed as a whole counts as one failure.
 */
import './require-node.mjs';

async function test() {
  const { bootstrap } = await import('./bootstrap.mjs');
  const { createSteps } = await import('./steps.mjs');
  const { checkStages, testStages } = await import('./test-stages.mjs');
  const { prepareTools } = await import('./test-tools.mjs');

  const steps = createSteps();
  if (!(await bootstrap(steps)))
    return summary({ passed: 0, failed: 1, failures: ['Build'], skipped: [] });

  const total = { passed: 0, failed: 0, failures: [], skipped: [] };
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
  }

  for (const missing of tools.missing) console.log(`Not available: ${missing}`);
  return summary(total);
}

function summary({ passed, failed, failures, skipped }) {
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
