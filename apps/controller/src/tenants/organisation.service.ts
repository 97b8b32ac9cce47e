import { Injectable } from '@nestjs/common';
import {
  ORGANISATION_ID,
  type OrganisationView,
  type UpdateOrganisation,
} from '@corral/contracts/http';
import { AuditService } from '../audit/audit.service.js';
import type { Principal } from '../common/principal.pure.js';
import { PrismaService } from '../infra/prisma.service.js';

const ONE = { where: { id: ORGANISATION_ID }, select: { id: true, name: true } } as const;

/** The one organisation, whose row the migrations made. */
@Injectable()
export class OrganisationService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly audit: AuditService,
  ) {}

  view(): Promise<OrganisationView> {
    return this.prisma.client.organisation.findUniqueOrThrow(ONE);
  }

  async update(by: Principal, { name }: UpdateOrganisation): Promise<OrganisationView> {
    return this.prisma.client.$transaction(async (tx) => {
      const before = await tx.organisation.findUniqueOrThrow(ONE);
      const after = await tx.organisation.update({ ...ONE, data: { name } });
      await this.audit.record(tx, by, {
        action: 'organisation.update',
        subjectKind: 'organisation',
        subjectId: ORGANISATION_ID,
        before: { name: before.name },
        after: { name: after.name },
      });
      return after;
    });
  }
}
