import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { RolloutBeginner } from './rollout-beginner.js';
import { RolloutsRepository } from './rollouts.repository.js';

/** Rows and rules of rollouts. What is done to them in a cluster is in `fleet/rollouts/`. */
@Module({
  imports: [AuditModule],
  providers: [RolloutBeginner, RolloutsRepository],
  exports: [RolloutBeginner, RolloutsRepository],
})
export class RolloutsModule {}
