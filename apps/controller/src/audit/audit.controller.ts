import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { auditQuerySchema, type AuditEntry, type AuditQuery } from '@corral/contracts/http';
import { RequiresAdmin } from '../common/access.decorator.js';
import { AuditService } from './audit.service.js';

@ApiTags('Audit')
@Controller('admin/v1/audit')
@RequiresAdmin()
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  /** Newest first. */
  @Get()
  list(
    @Query({ schema: auditQuerySchema }) query: AuditQuery,
  ): Promise<{ data: AuditEntry[]; next: string | null }> {
    return this.audit.list(query);
  }
}
