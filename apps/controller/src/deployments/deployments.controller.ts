import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  createDeploymentSchema,
  updateDeploymentSchema,
  type CreateDeployment,
  type DeploymentView,
  type UpdateDeployment,
} from '@corral/contracts/http';
import { RequiresAdmin, RequiresSignIn } from '../common/access.decorator.js';
import { CurrentPrincipal } from '../common/current-principal.decorator.js';
import type { Principal } from '../common/principal.pure.js';
import { DeploymentAdminService } from './deployment-admin.service.js';
import { DeploymentsService } from './deployments.service.js';

/** A deployment's name may hold slashes, hence the wildcards. */
@ApiTags('Deployments')
@Controller('admin/v1/deployments')
@RequiresAdmin()
export class DeploymentsController {
  constructor(
    private readonly deployments: DeploymentsService,
    private readonly administration: DeploymentAdminService,
  ) {}

  @Get()
  @RequiresSignIn()
  list(): { data: DeploymentView[] } {
    return { data: this.deployments.views() };
  }

  @Get('*')
  @RequiresSignIn()
  get(@Param('*') name: string): DeploymentView {
    return this.deployments.view(name);
  }

  @Post()
  create(
    @CurrentPrincipal() by: Principal,
    @Body({ schema: createDeploymentSchema }) body: CreateDeployment,
  ): Promise<DeploymentView> {
    return this.administration.create(by, body);
  }

  @Patch('*')
  update(
    @CurrentPrincipal() by: Principal,
    @Param('*') name: string,
    @Body({ schema: updateDeploymentSchema }) body: UpdateDeployment,
  ): Promise<DeploymentView> {
    return this.administration.update(by, name, body);
  }

  @Delete('*')
  @HttpCode(204)
  remove(@CurrentPrincipal() by: Principal, @Param('*') name: string): Promise<void> {
    return this.administration.remove(by, name);
  }
}
