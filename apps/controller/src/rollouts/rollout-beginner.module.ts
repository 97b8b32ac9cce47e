import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { RolloutBeginner } from './rollout-beginner.js';
import { RolloutsRepository } from './rollouts.repository.js';

/** Needs no deployments, so that deployments may need it. */
@Module({
  imports: [AuditModule],
  providers: [RolloutBeginner, RolloutsRepository],
  exports: [RolloutBeginner, RolloutsRepository],
})
export class RolloutBeginnerModule {}
