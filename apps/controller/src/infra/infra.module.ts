import { Global, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { ClientNats } from '@nestjs/microservices';
import { Bus, connectBus } from '@corral/bus';
import { Config } from '../config/config.js';
import { Clock } from './clock.js';
import { ControllerIdentity } from './controller-identity.js';
import { LeaderService } from './leader.service.js';
import { Metrics } from './metrics.js';
import { NatsAccess } from './nats-access.js';
import { natsOptions } from './nats-options.js';
import { PrismaService } from './prisma.service.js';

const logger = new Logger('Bus');

/** The outside world: database, bus, time. The only importer of drivers. */
@Global()
@Module({
  providers: [
    Clock,
    ControllerIdentity,
    LeaderService,
    Metrics,
    PrismaService,
    {
      provide: NatsAccess,
      inject: [Config],
      useFactory: (config: Config) => NatsAccess.open(config),
    },
    {
      provide: Bus,
      inject: [NatsAccess, ControllerIdentity],
      useFactory: ({ login }: NatsAccess, { controllerId }: ControllerIdentity) =>
        connectBus({
          ...login,
          name: controllerId,
          onInvalid: (subject, reason) => logger.warn(`dropped a message on ${subject}: ${reason}`),
        }),
    },
    {
      provide: ClientNats,
      inject: [NatsAccess],
      useFactory: ({ login }: NatsAccess) => new ClientNats(natsOptions(login)),
    },
  ],
  exports: [
    Clock,
    ControllerIdentity,
    LeaderService,
    Metrics,
    PrismaService,
    NatsAccess,
    Bus,
    ClientNats,
  ],
})
export class InfraModule implements OnApplicationShutdown {
  constructor(
    private readonly bus: Bus,
    private readonly client: ClientNats,
  ) {}

  /** The last to go; what was published on the way down is still sent. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.bus.close(), this.client.close()]);
  }
}
