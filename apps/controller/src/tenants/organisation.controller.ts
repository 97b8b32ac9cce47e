import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  updateOrganisationSchema,
  type OrganisationView,
  type UpdateOrganisation,
} from '@corral/contracts/http';
import { RequiresAdmin, RequiresSignIn } from '../common/access.decorator.js';
import { CurrentPrincipal } from '../common/current-principal.decorator.js';
import type { Principal } from '../common/principal.pure.js';
import { OrganisationService } from './organisation.service.js';

@ApiTags('Organisation')
@Controller('admin/v1/organisation')
export class OrganisationController {
  constructor(private readonly organisation: OrganisationService) {}

  @Get()
  @RequiresSignIn()
  get(): Promise<OrganisationView> {
    return this.organisation.view();
  }

  @Patch()
  @RequiresAdmin()
  update(
    @CurrentPrincipal() by: Principal,
    @Body({ schema: updateOrganisationSchema }) body: UpdateOrganisation,
  ): Promise<OrganisationView> {
    return this.organisation.update(by, body);
  }
}
