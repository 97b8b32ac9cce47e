/** Limits in PostgreSQL, and the names of those whom they limit. */
import { Injectable } from '@nestjs/common';
import {
  limitsSchema,
  NO_LIMITS,
  type Limits,
  type QuotaSubjectKind,
  type UpdateLimits,
} from '@corral/contracts/http';
import { AuditService } from '../audit/audit.service.js';
import type { OwnedWhere, Principal } from '../common/principal.pure.js';
import { PrismaService } from '../infra/prisma.service.js';
import type { QuotaSubject } from './quota-counters.pure.js';

export interface StoredLimits extends QuotaSubject {
  limits: Limits;
}

export interface NamedSubject extends QuotaSubject {
  /** Of the organisation or team, e-mail of a person, name of a key. */
  name: string;
  /** Null: the organisation. */
  teamId: string | null;
  /** Whose: the person's own id, or the owner's of a key; null otherwise. */
  userId: string | null;
}

@Injectable()
export class QuotasRepository {
  constructor(
    private readonly prisma: PrismaService,
    private readonly audit: AuditService,
  ) {}

  async all(): Promise<StoredLimits[]> {
    const rows = await this.prisma.client.quota.findMany();
    return rows.map(({ subjectKind, subjectId, limits }) => ({
      kind: subjectKind as QuotaSubjectKind,
      id: subjectId,
      limits: readLimits(limits),
    }));
  }

  async limitsOf({ kind, id }: QuotaSubject): Promise<Limits> {
    const row = await this.prisma.client.quota.findUnique({
      where: { subjectKind_subjectId: { subjectKind: kind, subjectId: id } },
    });
    return row === null ? NO_LIMITS : readLimits(row.limits);
  }

  /** Null when there is none of that kind and id, or it is not the asker's to see. */
  async find({ kind, id }: QuotaSubject, owned: OwnedWhere): Promise<NamedSubject | null> {
    const { client } = this.prisma;
    if (kind === 'organisation') {
      const row = await client.organisation.findUnique({ where: { id } });
      return row === null ? null : { kind, id, name: row.name, teamId: null, userId: null };
    }
    if (kind === 'team') {
      if (owned.userId !== undefined) return null;
      const row = await client.team.findFirst({
        where: { id, ...(owned.teamId === undefined ? {} : { AND: { id: owned.teamId } }) },
      });
      return row === null ? null : { kind, id, name: row.name, teamId: id, userId: null };
    }
    if (kind === 'user') {
      const { userId, ...team } = owned;
      const row = await client.user.findFirst({
        where: { id, ...team, ...(userId === undefined ? {} : { AND: { id: userId } }) },
      });
      return row === null ? null : { kind, id, name: row.email, teamId: row.teamId, userId: id };
    }
    const row = await client.apiKey.findFirst({ where: { id, ...owned } });
    return row === null
      ? null
      : { kind, id, name: row.name, teamId: row.teamId, userId: row.userId };
  }

  /** The subjects with limits that the asker may see. */
  async named(owned: OwnedWhere): Promise<(NamedSubject & { limits: Limits })[]> {
    const all = await this.all();
    const found = await Promise.all(
      all.map(async ({ limits, ...subject }) => {
        const named = await this.find(subject, owned);
        return named === null ? [] : [{ ...named, limits }];
      }),
    );
    return found.flat();
  }

  /** Lays the change over the limits there are; gives what holds then. */
  async update(by: Principal, subject: NamedSubject, change: UpdateLimits): Promise<Limits> {
    const where = { subjectKind: subject.kind, subjectId: subject.id };
    return this.prisma.client.$transaction(async (tx) => {
      const row = await tx.quota.findUnique({ where: { subjectKind_subjectId: where } });
      const before = row === null ? NO_LIMITS : readLimits(row.limits);
      const limits = { ...before, ...change };
      await tx.quota.upsert({
        where: { subjectKind_subjectId: where },
        create: { ...where, limits },
        update: { limits },
      });
      const subjectId = `${subject.kind}/${subject.id}`;
      const audited = { action: 'quota.update', subjectKind: 'quota', subjectId };
      await this.audit.record(tx, by, { ...audited, before, after: limits });
      return limits;
    });
  }
}

/** A limit that an older version did not know is none. */
function readLimits(stored: unknown): Limits {
  return limitsSchema.parse({ ...NO_LIMITS, ...(stored as Partial<Limits>) });
}
