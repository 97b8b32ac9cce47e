import { Body, Controller, Get, Param, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  createCloudPriceSchema,
  setNodePriceSchema,
  setReferencesSchema,
  type CloudPriceView,
  type CreateCloudPrice,
  type NodePriceView,
  type ReferenceView,
  type SetNodePrice,
  type SetReferences,
} from '@corral/contracts/http';
import { RequiresAdmin, RequiresRole, RequiresSignIn } from '../../common/access.decorator.js';
import { CurrentPrincipal } from '../../common/current-principal.decorator.js';
import type { Principal } from '../../common/principal.pure.js';
import { PricesService } from './prices.service.js';
import { ReferenceSettingsService } from './reference-settings.service.js';

/** A deployment's name may hold slashes, hence the wildcard. */
@ApiTags('Costs')
@Controller('admin/v1/costs')
export class PricesController {
  constructor(
    private readonly prices: PricesService,
    private readonly settings: ReferenceSettingsService,
  ) {}

  @Get('prices')
  @RequiresSignIn()
  cloudPrices(): { data: CloudPriceView[] } {
    return { data: this.prices.cloudPrices() };
  }

  @Post('prices')
  @RequiresAdmin()
  addCloudPrice(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: createCloudPriceSchema }) body: CreateCloudPrice,
  ): Promise<CloudPriceView> {
    return this.prices.addCloudPrice(principal, body);
  }

  @Get('nodes')
  @RequiresRole('admin', 'viewer')
  nodePrices(): { data: NodePriceView[] } {
    return { data: this.prices.nodePrices() };
  }

  @Put('nodes/:nodeId')
  @RequiresAdmin()
  setNodePrice(
    @CurrentPrincipal() principal: Principal,
    @Param('nodeId') nodeId: string,
    @Body({ schema: setNodePriceSchema }) body: SetNodePrice,
  ): Promise<NodePriceView> {
    return this.prices.setNodePrice(principal, nodeId, body);
  }

  @Get('references')
  @RequiresSignIn()
  references(): { data: ReferenceView[] } {
    return { data: this.settings.references() };
  }

  @Put('references/*')
  @RequiresAdmin()
  setReferences(
    @CurrentPrincipal() principal: Principal,
    @Param('*') deployment: string,
    @Body({ schema: setReferencesSchema }) body: SetReferences,
  ): Promise<ReferenceView> {
    return this.settings.setReferences(principal, deployment, body);
  }
}
