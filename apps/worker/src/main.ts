/** The worker as a process: settings in, signals out. See `worker.ts` for what it is. */
import { engineEnvironment } from './config/engine-environment.js';
import { readSettings } from './config/settings.js';
import { WorkerLog } from './infra/log.js';
import { startWorker, type RunningWorker } from './worker.js';

/** What is running gets this long to finish; engines then have two seconds to end. */
const DRAIN_MS = 5_000;
/** Whatever hangs, the process is gone after this. */
const EXIT_LIMIT_MS = 7_500;

let worker: RunningWorker | null = null;
let ending = false;

function end(log: WorkerLog, reason: string, drainMs: number): void {
  if (ending) return;
  ending = true;
  log.info('worker ends', { reason });
  setTimeout(() => process.exit(1), EXIT_LIMIT_MS).unref();
  (worker?.stop(drainMs) ?? Promise.resolve()).then(
    () => process.exit(0),
    (fault: unknown) => {
      log.error('worker did not end in order', { fault: String(fault) });
      process.exit(1);
    },
  );
}

async function main(): Promise<void> {
  const settings = readSettings();
  const log = new WorkerLog(settings.logLevel);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => end(log, signal, DRAIN_MS));
  }
  // Forked by `corral up`: when that dies, so does everything it started.
  process.on('disconnect', () => end(log, 'parent ended', 0));
  worker = await startWorker(settings, engineEnvironment(), log);
  process.send?.({ type: 'ready', nodeId: worker.nodeId });
}

main().catch((fault: unknown) => {
  process.stderr.write(`${fault instanceof Error ? fault.message : String(fault)}\n`);
  process.exit(1);
});
