import { Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  usageExportQuerySchema,
  usageQuerySchema,
  type LedgerCheck,
  type UsageExportQuery,
  type UsageQuery,
  type UsageReport,
} from '@corral/contracts/http';
import type { FastifyReply } from 'fastify';
import { RequiresAdmin, RequiresRole, RequiresSignIn } from '../../common/access.decorator.js';
import { CurrentPrincipal } from '../../common/current-principal.decorator.js';
import { figuresOf, type Principal } from '../../common/principal.pure.js';
import { LedgerCheckService } from '../checks/ledger-check.service.js';
import { LedgerRebuild } from '../checks/ledger-rebuild.service.js';
import { RequestsService } from './requests.service.js';
import { UsageReports } from './usage-report.service.js';

const CONTENT_TYPE = { csv: 'text/csv; charset=utf-8', json: 'application/json; charset=utf-8' };

@ApiTags('Usage')
@Controller('admin/v1/usage')
@RequiresSignIn()
export class UsageController {
  constructor(
    private readonly reports: UsageReports,
    private readonly requests: RequestsService,
    private readonly ledger: LedgerCheckService,
    private readonly sums: LedgerRebuild,
  ) {}

  @Get()
  report(
    @Query({ schema: usageQuerySchema }) query: UsageQuery,
    @CurrentPrincipal() by: Principal,
  ): Promise<UsageReport> {
    return this.reports.report(query, figuresOf(by));
  }

  /** Every request of the range as a file: never more than a page of it in memory. */
  @Get('export')
  export(
    @Query({ schema: usageExportQuerySchema }) query: UsageExportQuery,
    @CurrentPrincipal() by: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): AsyncGenerator<string> {
    const file = this.requests.export(query, figuresOf(by), query.format);
    reply.header('content-type', CONTENT_TYPE[query.format]);
    reply.header('content-disposition', `attachment; filename="corral-usage.${query.format}"`);
    return file;
  }

  /** Whether ledger, sums and limits agree. */
  @Get('check')
  @RequiresRole('admin', 'viewer')
  check(): Promise<LedgerCheck> {
    return this.ledger.check();
  }

  /** Works the hours' sums out anew from the ledger. */
  @Post('rebuild')
  @HttpCode(200)
  @RequiresAdmin()
  async rebuild(@CurrentPrincipal() by: Principal): Promise<{ rows: number }> {
    return { rows: await this.sums.rebuild(by) };
  }
}
