import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { requestQuerySchema, type RequestQuery, type RequestRow } from '@corral/contracts/http';
import { RequiresAdmin } from '../common/access.decorator.js';
import { PrismaService } from '../infra/prisma.service.js';

@ApiTags('Requests')
@Controller('admin/v1/requests')
@RequiresAdmin()
export class RequestsController {
  constructor(private readonly prisma: PrismaService) {}

  /** Newest first; `before` is the last row's id of the page before (ids sort by time). */
  @Get()
  async list(
    @Query({ schema: requestQuerySchema }) { limit, before }: RequestQuery,
  ): Promise<{ data: RequestRow[]; next: string | null }> {
    const rows = await this.prisma.client.requestUsage.findMany({
      where: before === undefined ? {} : { requestId: { lt: before } },
      orderBy: { requestId: 'desc' },
      take: limit,
    });
    const data = rows.map((row) => ({
      ...row,
      createdAt: row.createdAt.toISOString(),
      status: row.status as RequestRow['status'],
    }));
    return { data, next: rows.length < limit ? null : (rows.at(-1)?.requestId ?? null) };
  }
}
