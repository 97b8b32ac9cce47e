import type { NatsOptions } from '@nestjs/microservices';
import { natsConnectionOptions, type NatsLogin } from '@corral/bus';

/** Connection options of Nest's NATS transport, client and server alike: reconnect for ever. */
export function natsOptions(login: NatsLogin): Required<NatsOptions>['options'] {
  return {
    ...natsConnectionOptions(login),
    name: 'corral-controller-control',
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
  };
}
