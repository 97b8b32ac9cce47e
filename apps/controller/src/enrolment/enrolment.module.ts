import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { NodesModule } from '../nodes/nodes.module.js';
import { EnrolledNodesRepository } from './enrolled-nodes.repository.js';
import { RevokedKeys } from './revoked-keys.service.js';
import { EnrolmentController } from './enrolment.controller.js';
import { EnrolmentService } from './enrolment.service.js';
import { JoinTokensController } from './join-tokens.controller.js';
import { JoinTokensRepository } from './join-tokens.repository.js';
import { JoinTokensService } from './join-tokens.service.js';
import { NodeEnroller } from './node-enroller.js';
import { NodeRevocationController } from './node-revocation.controller.js';
import { NodeRevocationService } from './node-revocation.service.js';

@Module({
  imports: [AuditModule, AuthModule, NodesModule],
  controllers: [EnrolmentController, JoinTokensController, NodeRevocationController],
  providers: [
    EnrolledNodesRepository,
    RevokedKeys,
    EnrolmentService,
    JoinTokensRepository,
    JoinTokensService,
    NodeEnroller,
    NodeRevocationService,
  ],
})
export class EnrolmentModule {}
