import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  planPlacementSchema,
  type PlacementPlanView,
  type PlanPlacement,
} from '@corral/contracts/http';
import { RequiresAdmin } from '../common/access.decorator.js';
import { PlacementPreviewService } from './placement-preview.service.js';

@ApiTags('Placement')
@Controller('admin/v1/placement')
@RequiresAdmin()
export class PlacementController {
  constructor(private readonly previews: PlacementPreviewService) {}

  /** Changes nothing, hence 200. */
  @Post('plan')
  @HttpCode(200)
  plan(@Body({ schema: planPlacementSchema }) body: PlanPlacement): Promise<PlacementPlanView> {
    return this.previews.plan(body);
  }
}
