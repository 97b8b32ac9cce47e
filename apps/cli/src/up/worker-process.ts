/** How a worker is started, beside a controller on this machine or alone. */
import type { ProcessSpec } from '../processes/supervised-process.js';
import { forkNode, WORKER_MAIN } from './node-child.js';

export interface WorkerSettings {
  /** The worker's data folder: its identity and model store. */
  home: string;
  nodeName?: string;
  natsUrl: string;
  natsUser?: string;
  natsPassword?: string;
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
          CORRAL_NATS_URL: settings.natsUrl,
          CORRAL_NATS_USER: settings.natsUser,
          CORRAL_NATS_PASSWORD: settings.natsPassword,
        },
        settings.home,
      ),
    isReady: (sign) => 'message' in sign && isReadyMessage(sign.message),
    startTimeoutMs: START_TIMEOUT_MS,
    stopTimeoutMs: STOP_TIMEOUT_MS,
  };
}

function isReadyMessage(message: unknown): boolean {
  return (
    typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready'
  );
}
