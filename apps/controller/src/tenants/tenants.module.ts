import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { InvitationAcceptanceService } from './invitations/invitation-acceptance.service.js';
import { InvitationsController } from './invitations/invitations.controller.js';
import { InvitationsRepository } from './invitations/invitations.repository.js';
import { InvitationsService } from './invitations/invitations.service.js';
import { KeyAnnouncer } from './key-announcer.js';
import { MeController } from './me.controller.js';
import { OrganisationController } from './organisation.controller.js';
import { OrganisationService } from './organisation.service.js';
import { TeamsController } from './teams/teams.controller.js';
import { TeamsRepository } from './teams/teams.repository.js';
import { TeamsService } from './teams/teams.service.js';
import { UsersController } from './users/users.controller.js';
import { UsersRepository } from './users/users.repository.js';
import { UsersService } from './users/users.service.js';

@Module({
  imports: [AuditModule, AuthModule],
  controllers: [
    OrganisationController,
    TeamsController,
    UsersController,
    InvitationsController,
    MeController,
  ],
  providers: [
    OrganisationService,
    TeamsService,
    TeamsRepository,
    UsersService,
    UsersRepository,
    InvitationsService,
    InvitationsRepository,
    InvitationAcceptanceService,
    KeyAnnouncer,
  ],
})
export class TenantsModule {}
