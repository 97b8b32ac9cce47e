/**
 * The worker as a process: settings in, signals out. See `worker.ts` for what it is.
 *
 * `main.js join` only joins the cluster that CORRAL_JOIN_URL and CORRAL_JOIN_TOKEN name and ends:
 * with 0, or with the reason on standard error and 3 (no answer) or 4 (refused). Without `join` the
 * worker joins by itself where it is given both and has not joined yet, as a container would.
 */
import { engineEnvironment } from './config/engine-environment.js';
import { readEnrolment } from './config/enrolment-file.js';
import { readSettings, type WorkerSettings } from './config/settings.js';
import { joinCluster, type JoinOutcome } from './enrolment/join-cluster.js';
import { loadIdentity } from './infra/identity.js';
import { WorkerLog } from './infra/log.js';
import { startWorker, type RunningWorker } from './worker.js';

/** What is running gets this long to finish; engines then have two seconds to end. */
const DRAIN_MS = 5_000;
/** Whatever hangs, the process is gone after this. */
const EXIT_LIMIT_MS = 7_500;

let worker: RunningWorker | null = null;
let ending = false;

function end(log: WorkerLog, reason: string, drainMs: number, code = 0): void {
  if (ending) return;
  ending = true;
  log.info('worker ends', { reason });
  setTimeout(() => process.exit(1), EXIT_LIMIT_MS).unref();
  (worker?.stop(drainMs) ?? Promise.resolve()).then(
    () => process.exit(code),
    (fault: unknown) => {
      log.error('worker did not end in order', { fault: String(fault) });
      process.exit(1);
    },
  );
}

async function join(settings: WorkerSettings): Promise<JoinOutcome> {
  if (settings.join === null) throw new Error('CORRAL_JOIN_URL and CORRAL_JOIN_TOKEN are missing.');
  const { nodeId } = await loadIdentity(settings.workerHome);
  return joinCluster({ ...settings, ...settings.join, nodeId });
}

async function joinOnly(): Promise<void> {
  const outcome = await join(readSettings());
  if (outcome.joined) return;
  process.stderr.write(`${outcome.reason}\n`);
  process.exitCode = outcome.why === 'refused' ? 4 : 3;
}

/** The settings to serve with; joins first where that is asked for and has not been done. */
async function settingsOfMember(): Promise<WorkerSettings> {
  const settings = readSettings();
  const { membership = null } = readEnrolment(settings.workerHome) ?? {};
  if (settings.join === null || membership !== null) return settings;
  const outcome = await join(settings);
  if (!outcome.joined) throw new Error(outcome.reason);
  return readSettings();
}

async function main(): Promise<void> {
  if (process.argv[2] === 'join') return joinOnly();
  const settings = await settingsOfMember();
  const log = new WorkerLog(settings.logLevel);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => end(log, signal, DRAIN_MS));
  }
  // Forked by `corral up`: when that dies, so does everything it started.
  process.on('disconnect', () => end(log, 'parent ended', 0));
  worker = await startWorker(settings, engineEnvironment(), log);
  void worker.shutOut.then((reason) => {
    log.error('worker is shut out', { reason });
    process.send?.({ type: 'shut_out', reason });
    end(log, 'shut out', 0, 1);
  });
  process.send?.({ type: 'ready', nodeId: worker.nodeId });
}

main().catch((fault: unknown) => {
  process.stderr.write(`${fault instanceof Error ? fault.message : String(fault)}\n`);
  process.exit(1);
});
