import { Module } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Clock } from '../infra/clock.js';
import { NodesModule } from '../nodes/nodes.module.js';
import { Attempts } from './attempts.port.js';
import { BusAttempts } from './bus-attempts.js';
import { GenerationsController } from './generations.controller.js';
import { NodeReplicaDirectory } from './node-replica-directory.js';
import { ReplicaDirectory } from './replica-directory.port.js';
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
