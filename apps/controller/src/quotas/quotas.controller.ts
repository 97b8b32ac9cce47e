import { Body, Controller, Get, Param, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  quotaSubjectKindSchema,
  updateLimitsSchema,
  type QuotaSubjectKind,
  type QuotaView,
  type UpdateLimits,
} from '@corral/contracts/http';
import { RequiresRole, RequiresSignIn } from '../common/access.decorator.js';
import { CurrentPrincipal } from '../common/current-principal.decorator.js';
import type { Principal } from '../common/principal.pure.js';
import { QuotaAdminService } from './quota-admin.service.js';

@ApiTags('Quotas')
@Controller('admin/v1/quotas')
@RequiresSignIn()
export class QuotasController {
  constructor(private readonly quotas: QuotaAdminService) {}

  @Get()
  async list(@CurrentPrincipal() by: Principal): Promise<{ data: QuotaView[] }> {
    return { data: await this.quotas.list(by) };
  }

  @Get(':kind/:id')
  get(
    @Param('kind', { schema: quotaSubjectKindSchema }) kind: QuotaSubjectKind,
    @Param('id') id: string,
    @CurrentPrincipal() by: Principal,
  ): Promise<QuotaView> {
    return this.quotas.view(by, { kind, id });
  }

  /** What the body leaves out stays as it is; null takes a limit away. */
  @Patch(':kind/:id')
  @RequiresRole('admin', 'lead')
  update(
    @Param('kind', { schema: quotaSubjectKindSchema }) kind: QuotaSubjectKind,
    @Param('id') id: string,
    @Body({ schema: updateLimitsSchema }) change: UpdateLimits,
    @CurrentPrincipal() by: Principal,
  ): Promise<QuotaView> {
    return this.quotas.update(by, { kind, id }, change);
  }
}
