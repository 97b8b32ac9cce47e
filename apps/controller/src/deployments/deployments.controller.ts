import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  createDeploymentSchema,
  type CreateDeployment,
  type DeploymentView,
} from '@corral/contracts/http';
import { RequiresAdmin, RequiresSignIn } from '../common/access.decorator.js';
import { DeploymentsService } from './deployments.service.js';

/** A deployment's name may hold slashes, hence the wildcards. */
@ApiTags('Deployments')
@Controller('admin/v1/deployments')
@RequiresAdmin()
export class DeploymentsController {
  constructor(private readonly deployments: DeploymentsService) {}

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
    @Body({ schema: createDeploymentSchema }) body: CreateDeployment,
  ): Promise<DeploymentView> {
    return this.deployments.create(body);
  }

  @Delete('*')
  @HttpCode(204)
  remove(@Param('*') name: string): Promise<void> {
    return this.deployments.remove(name);
  }
}
