import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { requestQuerySchema, type RequestQuery, type RequestRow } from '@corral/contracts/http';
import { RequiresSignIn } from '../../common/access.decorator.js';
import { CurrentPrincipal } from '../../common/current-principal.decorator.js';
import { figuresOf, type Principal } from '../../common/principal.pure.js';
import { RequestsService } from './requests.service.js';

@ApiTags('Requests')
@Controller('admin/v1/requests')
@RequiresSignIn()
export class RequestsController {
  constructor(private readonly requests: RequestsService) {}

  /** Newest first, of those that the asker may see. */
  @Get()
  list(
    @Query({ schema: requestQuerySchema }) query: RequestQuery,
    @CurrentPrincipal() by: Principal,
  ): Promise<{ data: RequestRow[]; next: string | null }> {
    return this.requests.page(query, figuresOf(by));
  }
}
