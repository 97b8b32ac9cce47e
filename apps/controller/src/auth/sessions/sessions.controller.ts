import { Controller, Delete, Get, HttpCode, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { sessionQuerySchema, type SessionQuery, type SessionView } from '@corral/contracts/http';
import { RequiresRole, RequiresSignIn } from '../../common/access.decorator.js';
import { CurrentPrincipal } from '../../common/current-principal.decorator.js';
import type { Principal } from '../../common/principal.pure.js';
import { SessionsService } from './sessions.service.js';

@ApiTags('Sessions')
@Controller('admin/v1')
@RequiresSignIn()
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Get('sessions')
  async list(
    @CurrentPrincipal() by: Principal,
    @Query({ schema: sessionQuerySchema }) query: SessionQuery,
  ): Promise<{ data: SessionView[] }> {
    return { data: await this.sessions.list(by, query) };
  }

  @Delete('sessions/:id')
  @HttpCode(204)
  end(@CurrentPrincipal() by: Principal, @Param('id') id: string): Promise<void> {
    return this.sessions.end(by, id);
  }

  /** Signs somebody out everywhere. */
  @Delete('users/:id/sessions')
  @HttpCode(204)
  @RequiresRole('admin', 'lead')
  endAllOf(@CurrentPrincipal() by: Principal, @Param('id') id: string): Promise<void> {
    return this.sessions.endAllOf(by, id);
  }
}
