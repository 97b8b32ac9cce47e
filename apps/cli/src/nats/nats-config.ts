/**
 * The configuration of the nats-server that Corral starts: loopback only, JetStream on, and two
 * users whose rights are those of libs/contracts `bus/subjects.ts`. A worker may say what it
 * observes and what it generated for a controller that is gone, and hear what concerns workers; it
 * can neither command another nor read its replies, nor write any other line of the ledger.
 * JetStream's confirmations come to its own inbox.
 */

/** Workers have their reply inboxes under this prefix, apart from the controllers'. */
const WORKER_INBOX = '_INBOX_worker';

export interface NatsSettings {
  port: number;
  storeDir: string;
  controllerPassword: string;
  workerPassword: string;
}

export const NATS_CONTROLLER_USER = 'controller';
export const NATS_WORKER_USER = 'worker';

export function natsConfig(settings: NatsSettings): string {
  return `# Written by corral at each start; changes are lost.
listen: "127.0.0.1:${settings.port}"
server_name: corral
max_payload: 8MB
max_pending: 64MB

jetstream {
  store_dir: ${quoted(settings.storeDir)}
  max_memory_store: 64MB
  max_file_store: 4GB
}

authorization {
  users: [
    {
      user: ${NATS_CONTROLLER_USER}
      password: ${quoted(settings.controllerPassword)}
      permissions {
        publish: ["corral.>", "$JS.>", "_INBOX.>", "${WORKER_INBOX}.>"]
        subscribe: ["corral.>", "_INBOX.>"]
      }
    }
    {
      user: ${NATS_WORKER_USER}
      password: ${quoted(settings.workerPassword)}
      permissions {
        publish: ["corral.node.*.heartbeat", "corral.c.*.frames", "corral.usage.orphans.*"]
        subscribe: ["corral.node.*.assign", "corral.node.*.op", "corral.w.>", "corral.c.*.alive", "${WORKER_INBOX}.>"]
        allow_responses: { max: 1, expires: "10m" }
      }
    }
  ]
}
`;
}

/** Forward slashes serve on Windows too, and need no escape. */
function quoted(text: string): string {
  return JSON.stringify(text.replaceAll('\\', '/'));
}
