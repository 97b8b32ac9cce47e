import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { NodesModule } from '../nodes/nodes.module.js';
import { EnrolmentController } from './enrolment.controller.js';
import { EnrolmentService } from './enrolment.service.js';
import { JoinTokensController } from './join-tokens.controller.js';
import { JoinTokensRepository } from './join-tokens.repository.js';
import { JoinTokensService } from './join-tokens.service.js';
import { NodeRevocationController } from './node-revocation.controller.js';
import { NodeRevocationService } from './node-revocation.service.js';
import { RevocationsModule } from './revocations.module.js';

@Module({
  imports: [AuditModule, AuthModule, NodesModule, RevocationsModule],
  controllers: [EnrolmentController, JoinTokensController, NodeRevocationController],
  providers: [EnrolmentService, JoinTokensRepository, JoinTokensService, NodeRevocationService],
})
export class EnrolmentModule {}
