/** Connection settings of the control plane's two NATS connections (server and client side). */
import type { NatsOptions } from '@nestjs/microservices';
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
    servers: settings.natsServers.split(',').map((server) => server.trim()),
    name: `corral-worker-${nodeId}-${part}`,
    inboxPrefix: inboxPrefixOf(nodeId),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    pingInterval: 5_000,
    maxPingOut: 2,
    waitOnFirstConnect: true,
    ...(settings.natsUser === null
      ? {}
      : { user: settings.natsUser, pass: settings.natsPassword ?? '' }),
  };
}

/** Below one prefix for all workers, since NATS permissions match whole tokens of a subject. */
export function inboxPrefixOf(nodeId: string): string {
  return `_INBOX_worker.${nodeId}`;
}
