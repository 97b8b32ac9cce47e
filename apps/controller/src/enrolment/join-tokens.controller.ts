import { Body, Controller, Delete, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  createJoinTokenSchema,
  type CreatedJoinToken,
  type CreateJoinToken,
  type JoinTokenView,
} from '@corral/contracts/http';
import type { FastifyRequest } from 'fastify';
import { originOf } from '../auth/web-request.js';
import { RequiresAdmin } from '../common/access.decorator.js';
import { CurrentPrincipal } from '../common/current-principal.decorator.js';
import type { Principal } from '../common/principal.pure.js';
import { Config } from '../config/config.js';
import { ownAddresses } from '../infra/own-addresses.js';
import { JoinTokensService } from './join-tokens.service.js';
import { addressForOthers } from './reachable.pure.js';

@ApiTags('Nodes')
@Controller('admin/v1/join-tokens')
@RequiresAdmin()
export class JoinTokensController {
  constructor(
    private readonly tokens: JoinTokensService,
    private readonly config: Config,
  ) {}

  @Get()
  async list(): Promise<{ data: JoinTokenView[] }> {
    return { data: await this.tokens.list() };
  }

  @Post()
  create(
    @CurrentPrincipal() by: Principal,
    @Body({ schema: createJoinTokenSchema }) body: CreateJoinToken,
    @Req() request: FastifyRequest,
  ): Promise<CreatedJoinToken> {
    const { publicUrl, host } = this.config.http;
    const url = publicUrl ?? addressForOthers(originOf(request), host, ownAddresses());
    return this.tokens.create(by, body, url);
  }

  @Delete(':id')
  @HttpCode(204)
  remove(@CurrentPrincipal() by: Principal, @Param('id') id: string): Promise<void> {
    return this.tokens.remove(by, id);
  }
}
