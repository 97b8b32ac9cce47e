import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  listRolloutsSchema,
  startRolloutSchema,
  type ListRollouts,
  type RolloutView,
  type StartedRollout,
  type StartRollout,
} from '@corral/contracts/http';
import { RequiresAdmin, RequiresSignIn } from '../../common/access.decorator.js';
import { CurrentPrincipal } from '../../common/current-principal.decorator.js';
import type { Principal } from '../../common/principal.pure.js';
import { RolloutStarter } from './rollout-starter.js';
import { RolloutsService } from './rollouts.service.js';

@ApiTags('Rollouts')
@Controller('admin/v1/rollouts')
@RequiresAdmin()
export class RolloutsController {
  constructor(
    private readonly rollouts: RolloutsService,
    private readonly starter: RolloutStarter,
  ) {}

  /** Newest first; of one deployment where it is named. */
  @Get()
  @RequiresSignIn()
  async list(
    @Query({ schema: listRolloutsSchema }) { deployment }: ListRollouts,
  ): Promise<{ data: RolloutView[] }> {
    return { data: await this.rollouts.list(deployment) };
  }

  @Get(':id')
  @RequiresSignIn()
  get(@Param('id') id: string): Promise<RolloutView> {
    return this.rollouts.view(id);
  }

  /** With `dryRun` it only says what it would do. */
  @Post()
  start(
    @CurrentPrincipal() by: Principal,
    @Body({ schema: startRolloutSchema }) body: StartRollout,
  ): Promise<StartedRollout> {
    return this.starter.start(by, body);
  }

  /** It stays as it is until it is resumed; a canary is still watched, and may be rolled back. */
  @Post(':id/pause')
  @HttpCode(200)
  pause(@CurrentPrincipal() by: Principal, @Param('id') id: string): Promise<RolloutView> {
    return this.rollouts.act(id, 'pause', by);
  }

  @Post(':id/resume')
  @HttpCode(200)
  resume(@CurrentPrincipal() by: Principal, @Param('id') id: string): Promise<RolloutView> {
    return this.rollouts.act(id, 'resume', by);
  }

  /** Leaves out what is left of the canary. */
  @Post(':id/promote')
  @HttpCode(200)
  promote(@CurrentPrincipal() by: Principal, @Param('id') id: string): Promise<RolloutView> {
    return this.rollouts.act(id, 'promote', by);
  }

  @Post(':id/rollback')
  @HttpCode(200)
  rollback(@CurrentPrincipal() by: Principal, @Param('id') id: string): Promise<RolloutView> {
    return this.rollouts.act(id, 'rollback', by);
  }
}
