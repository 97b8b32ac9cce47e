/** Connection settings of the control plane's two NATS connections (server and client side). */
import type { NatsOptions } from '@nestjs/microservices';
import { natsConnectionOptions } from '@corral/bus';
import { workerInbox } from '@corral/contracts';
import type { WorkerSettings } from '../config/settings.js';

type ControlPlaneOptions = Required<NatsOptions>['options'];

/**
 * Reconnects for ever, and the first connection may wait as well. Replies come to an inbox of this
 * node's own, so that its credentials need not allow it to read anybody else's.
 */
export function controlPlaneOptions(
  settings: WorkerSettings,
  nodeId: string,
  part: 'server' | 'client',
): ControlPlaneOptions {
  return {
    ...natsConnectionOptions(settings.nats),
    name: `corral-worker-${nodeId}-${part}`,
    inboxPrefix: workerInbox(nodeId),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    pingInterval: 5_000,
    maxPingOut: 2,
    waitOnFirstConnect: true,
  };
}
