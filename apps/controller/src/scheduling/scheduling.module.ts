import { Module } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Clock } from '../infra/clock.js';
import { NodesModule } from '../nodes/nodes.module.js';
import { Attempts } from './attempts/attempts.port.js';
import { BusAttempts } from './attempts/bus-attempts.js';
import { GenerationsController } from './generations.controller.js';
import { NodeReplicaDirectory } from './replicas/node-replica-directory.js';
import { ReplicaDirectory } from './replicas/replica-directory.port.js';
import { SchedulingService } from './scheduling.service.js';

@Module({
  imports: [NodesModule],
  controllers: [GenerationsController],
  providers: [
    { provide: Attempts, useClass: BusAttempts },
    { provide: ReplicaDirectory, useClass: NodeReplicaDirectory },
    {
      provide: SchedulingService,
      inject: [Attempts, ReplicaDirectory, Clock, Config],
      useFactory: (
        attempts: Attempts,
        directory: ReplicaDirectory,
        clock: Clock,
        { scheduling }: Config,
      ) => new SchedulingService(attempts, directory, clock, scheduling),
    },
  ],
  exports: [SchedulingService],
})
export class SchedulingModule {}
