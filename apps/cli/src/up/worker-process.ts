/** How a worker is started, beside a controller on this machine or alone. */
import type { ProcessSpec } from '../processes/supervised-process.js';
import type { NatsEnvironment } from './nats-logins.js';
import { forkNode, WORKER_MAIN } from './node-child.js';

export interface WorkerSettings {
  /** The worker's data folder: its identity and model store. */
  home: string;
  nodeName?: string;
  /** Where other machines get model files from it; absent: as its way to NATS is. */
  fileServerHost?: string | undefined;
  /** How it gets into NATS; settings by their names. None: what it got when it joined. */
  nats: NatsEnvironment;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 4_000;

export function workerProcess(settings: WorkerSettings): ProcessSpec {
  return {
    name: 'worker',
    title: 'Worker',
    spawn: () =>
      forkNode(
        WORKER_MAIN,
        {
          CORRAL_HOME: settings.home,
          CORRAL_NODE_NAME: settings.nodeName,
          CORRAL_FILE_SERVER_HOST: settings.fileServerHost,
          ...settings.nats,
        },
        settings.home,
      ),
    isReady: (sign) => 'message' in sign && isReadyMessage(sign.message),
    farewellOf: shutOutReason,
    startTimeoutMs: START_TIMEOUT_MS,
    stopTimeoutMs: STOP_TIMEOUT_MS,
  };
}

/** NATS lets this machine in no more. */
function shutOutReason(message: unknown): string | null {
  if (typeof message !== 'object' || message === null || !('reason' in message)) return null;
  return 'type' in message && message.type === 'shut_out' ? String(message.reason) : null;
}

function isReadyMessage(message: unknown): boolean {
  return (
    typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready'
  );
}
