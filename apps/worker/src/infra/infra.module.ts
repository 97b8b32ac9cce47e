/** What every feature may use: the bus, the control-plane client, the engine program, clock, log. */
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { ClientNats } from '@nestjs/microservices';
import { Bus } from '@corral/bus';
import type { NodeIdentity } from './identity.js';
import type { WorkerSettings } from '../config/settings.js';
import { Clock, MonotonicClock } from './clock.js';
import { EngineTool } from './engine-tool.js';
import { WorkerLog } from './log.js';
import { controlPlaneOptions } from './nats-options.js';
import { ENGINE_ENVIRONMENT, IDENTITY, SETTINGS } from './tokens.js';

export interface InfraParts {
  settings: WorkerSettings;
  identity: NodeIdentity;
  engineEnvironment: Record<string, string>;
  bus: Bus;
  log: WorkerLog;
}

@Global()
@Module({})
export class InfraModule {
  static of({ settings, identity, engineEnvironment, bus, log }: InfraParts): DynamicModule {
    const providers = [
      { provide: SETTINGS, useValue: settings },
      { provide: IDENTITY, useValue: identity },
      { provide: ENGINE_ENVIRONMENT, useValue: engineEnvironment },
      { provide: Bus, useValue: bus },
      { provide: WorkerLog, useValue: log },
      { provide: Clock, useClass: MonotonicClock },
      {
        provide: EngineTool,
        useValue: new EngineTool(settings.engineEntry, engineEnvironment),
      },
      {
        provide: ClientNats,
        useFactory: () => new ClientNats(controlPlaneOptions(settings, identity.nodeId, 'client')),
      },
    ];
    return { module: InfraModule, providers, exports: providers };
  }
}
