import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { applySchema, type ApplyPlan, type ApplyRequest } from '@corral/contracts/http';
import { RequiresAdmin } from '../../common/access.decorator.js';
import { CurrentPrincipal } from '../../common/current-principal.decorator.js';
import type { Principal } from '../../common/principal.pure.js';
import { ApplyService } from './apply.service.js';

@ApiTags('Deployments')
@Controller('admin/v1/apply')
@RequiresAdmin()
export class ApplyController {
  constructor(private readonly applying: ApplyService) {}

  /** Makes deployments what the documents declare, all of them or none; `dryRun` only says how. */
  @Post()
  @HttpCode(200)
  apply(
    @CurrentPrincipal() by: Principal,
    @Body({ schema: applySchema }) body: ApplyRequest,
  ): Promise<ApplyPlan> {
    return this.applying.apply(by, body);
  }
}
