import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  costQuerySchema,
  statementMonthSchema,
  statementQuerySchema,
  whatIfQuerySchema,
  type CostQuery,
  type CostReport,
  type Statement,
  type StatementQuery,
  type WhatIf,
  type WhatIfQuery,
} from '@corral/contracts/http';
import type { FastifyReply } from 'fastify';
import { RequiresRole, RequiresSignIn } from '../../common/access.decorator.js';
import { CurrentPrincipal } from '../../common/current-principal.decorator.js';
import type { Principal } from '../../common/principal.pure.js';
import { CostReportsService } from './cost-reports.service.js';
import { statementCsv } from './statement-csv.js';

/** Each sees the figures that are the asker's own; what concerns machines is for all or nothing. */
@ApiTags('Costs')
@Controller('admin/v1/costs')
export class CostsController {
  constructor(private readonly reports: CostReportsService) {}

  @Get()
  @RequiresSignIn()
  report(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: costQuerySchema }) query: CostQuery,
  ): Promise<CostReport> {
    return this.reports.report(principal, query);
  }

  @Get('what-if')
  @RequiresSignIn()
  whatIf(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: whatIfQuerySchema }) query: WhatIfQuery,
  ): Promise<WhatIf> {
    return this.reports.whatIf(principal, query);
  }

  @Get('statements/:month')
  @RequiresRole('admin', 'viewer', 'lead')
  async statement(
    @CurrentPrincipal() principal: Principal,
    @Param('month', { schema: statementMonthSchema }) month: string,
    @Query({ schema: statementQuerySchema }) { teamId, format }: StatementQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Statement | string> {
    const statement = await this.reports.statement(principal, month, teamId);
    if (format === 'json') return statement;
    reply.header('content-type', 'text/csv; charset=utf-8');
    reply.header('content-disposition', `attachment; filename="statement-${month}.csv"`);
    return statementCsv(statement);
  }
}
