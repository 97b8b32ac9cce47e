/**
 * `npm start`: makes the checkout ready, then runs `corral up` in this same process, so that
 * signals, exit code and terminal are its own. Arguments are passed on:
 * `npm start -- --port 8080`, `npm start --silent -- --json`.
 */
import './require-node.mjs';

async function start(args) {
  const { bootstrap } = await import('./bootstrap.mjs');
  const { createSteps } = await import('./steps.mjs');

  const steps = createSteps({ json: args.includes('--json') });
  if (!(await bootstrap(steps))) process.exit(1);

  if (process.env.npm_lifecycle_event !== undefined) stopWithParent();
  const cli = new URL('../apps/cli/bin/corral.mjs', import.meta.url);
  process.argv = [process.argv[0], 'corral', 'up', ...args];
  await import(cli.href);
}

/**
 * npm passes a signal on to the shell between it and this process, and that shell ends without
 * telling anyone. So when the parent is gone, this process has been told to end.
 */
function stopWithParent() {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  watch.unref();
}

start(process.argv.slice(2));
