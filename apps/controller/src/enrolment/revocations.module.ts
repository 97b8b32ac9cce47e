import { Module } from '@nestjs/common';
import { EnrolledNodesRepository } from './enrolled-nodes.repository.js';
import { RevokedNodes } from './revoked-nodes.service.js';

/** Apart from {@link EnrolmentModule}, since the nodes need it, and enrolment needs the nodes. */
@Module({
  providers: [EnrolledNodesRepository, RevokedNodes],
  exports: [EnrolledNodesRepository, RevokedNodes],
})
export class RevocationsModule {}
