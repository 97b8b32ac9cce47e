import type { NatsOptions } from '@nestjs/microservices';
import type { Config } from '../config/config.js';

/** Connection options of Nest's NATS transport, client and server alike: reconnect for ever. */
export function natsOptions({ nats }: Config): Required<NatsOptions>['options'] {
  return {
    servers: nats.servers.split(',').map((server) => server.trim()),
    user: nats.user,
    pass: nats.pass,
    name: 'corral-controller-control',
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
  };
}
