import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { RevisionView } from '@corral/contracts/http';
import { RequiresSignIn } from '../common/access.decorator.js';
import { DeploymentAdminService } from './deployment-admin.service.js';

/** Apart from the deployments' own routes: a deployment may be called `team/revisions`. */
@ApiTags('Deployments')
@Controller('admin/v1/revisions')
@RequiresSignIn()
export class RevisionsController {
  constructor(private readonly administration: DeploymentAdminService) {}

  /** Of the deployment of that name, which may hold slashes; newest first. */
  @Get('*')
  async list(@Param('*') deployment: string): Promise<{ data: RevisionView[] }> {
    return { data: await this.administration.revisions(deployment) };
  }
}
