import { Body, Controller, Delete, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  acceptInvitationSchema,
  createInvitationSchema,
  type AcceptInvitation,
  type CreatedInvitation,
  type CreateInvitation,
  type InvitationView,
  type UserView,
} from '@corral/contracts/http';
import type { FastifyRequest } from 'fastify';
import { originOf } from '../../auth/web-request.js';
import { Public, RequiresRole } from '../../common/access.decorator.js';
import { CurrentPrincipal } from '../../common/current-principal.decorator.js';
import type { Principal } from '../../common/principal.pure.js';
import { Config } from '../../config/config.js';
import { InvitationAcceptanceService } from './invitation-acceptance.service.js';
import { InvitationsService } from './invitations.service.js';

@ApiTags('Invitations')
@Controller('admin/v1/invitations')
@RequiresRole('admin', 'lead')
export class InvitationsController {
  constructor(
    private readonly invitations: InvitationsService,
    private readonly acceptance: InvitationAcceptanceService,
    private readonly config: Config,
  ) {}

  @Get()
  async list(@CurrentPrincipal() by: Principal): Promise<{ data: InvitationView[] }> {
    return { data: await this.invitations.list(by) };
  }

  @Post()
  create(
    @CurrentPrincipal() by: Principal,
    @Body({ schema: createInvitationSchema }) body: CreateInvitation,
    @Req() request: FastifyRequest,
  ): Promise<CreatedInvitation> {
    return this.invitations.create(by, body, this.config.http.publicUrl ?? originOf(request));
  }

  @Delete(':id')
  @HttpCode(204)
  revoke(@CurrentPrincipal() by: Principal, @Param('id') id: string): Promise<void> {
    return this.invitations.revoke(by, id);
  }

  /** Makes the account; the person then signs in with it. */
  @Post('accept')
  @Public()
  accept(
    @Body({ schema: acceptInvitationSchema }) body: AcceptInvitation,
    @Req() request: FastifyRequest,
  ): Promise<UserView> {
    return this.acceptance.accept(body, { requestId: request.id, address: request.ip });
  }
}
