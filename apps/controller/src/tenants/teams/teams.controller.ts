import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  createTeamSchema,
  updateTeamSchema,
  type CreateTeam,
  type TeamView,
  type UpdateTeam,
} from '@corral/contracts/http';
import { RequiresAdmin, RequiresSignIn } from '../../common/access.decorator.js';
import { CurrentPrincipal } from '../../common/current-principal.decorator.js';
import type { Principal } from '../../common/principal.pure.js';
import { TeamsService } from './teams.service.js';

@ApiTags('Teams')
@Controller('admin/v1/teams')
@RequiresAdmin()
export class TeamsController {
  constructor(private readonly teams: TeamsService) {}

  @Get()
  @RequiresSignIn()
  async list(@CurrentPrincipal() by: Principal): Promise<{ data: TeamView[] }> {
    return { data: await this.teams.list(by) };
  }

  @Get(':id')
  @RequiresSignIn()
  get(@CurrentPrincipal() by: Principal, @Param('id') id: string): Promise<TeamView> {
    return this.teams.view(by, id);
  }

  @Post()
  create(
    @CurrentPrincipal() by: Principal,
    @Body({ schema: createTeamSchema }) body: CreateTeam,
  ): Promise<TeamView> {
    return this.teams.create(by, body);
  }

  @Patch(':id')
  update(
    @CurrentPrincipal() by: Principal,
    @Param('id') id: string,
    @Body({ schema: updateTeamSchema }) body: UpdateTeam,
  ): Promise<TeamView> {
    return this.teams.update(by, id, body);
  }

  @Delete(':id')
  @HttpCode(204)
  remove(@CurrentPrincipal() by: Principal, @Param('id') id: string): Promise<void> {
    return this.teams.remove(by, id);
  }
}
