/**
 * The audit log: who changed what, with what it was before. An entry is written in the transaction
 * of its change, so that neither is ever there without the other; the database refuses to change or
 * delete one (prisma/migrations).
 */
import { Injectable } from '@nestjs/common';
import type { AuditEntry, AuditQuery } from '@corral/contracts/http';
import type { Principal } from '../common/principal.pure.js';
import { PrismaService, type Transaction } from '../infra/prisma.service.js';

export interface AuditedChange {
  /** `team.create`, `key.revoke`, …: what it is about, and what was done. */
  action: string;
  subjectKind: string;
  subjectId: string;
  /** Fields a reader should see, never a secret or a hash of one; null: it was not there. */
  before: object | null;
  /** Null: it is not there any more. */
  after: object | null;
}

@Injectable()
export class AuditService {
  constructor(private readonly prisma: PrismaService) {}

  /** @param tx the transaction of the change itself */
  async record(tx: Transaction, by: Principal, change: AuditedChange): Promise<void> {
    await tx.auditEntry.create({
      data: {
        actorKind: by.kind,
        actorId: by.userId,
        actorEmail: by.email,
        requestId: by.requestId,
        address: by.address,
        action: change.action,
        subjectKind: change.subjectKind,
        subjectId: change.subjectId,
        ...(change.before === null ? {} : { before: plain(change.before) }),
        ...(change.after === null ? {} : { after: plain(change.after) }),
      },
    });
  }

  /** Newest first; `next` is null on the last page. */
  async list(query: AuditQuery): Promise<{ data: AuditEntry[]; next: string | null }> {
    const { limit, before, subjectKind, subjectId } = query;
    const rows = await this.prisma.client.auditEntry.findMany({
      where: {
        ...(before === undefined ? {} : { id: { lt: before } }),
        ...(subjectKind === undefined ? {} : { subjectKind }),
        ...(subjectId === undefined ? {} : { subjectId }),
      },
      // Ids are UUIDs of version 7, which sort by time.
      orderBy: { id: 'desc' },
      take: limit,
    });
    const data = rows.map((row) => ({
      id: row.id,
      createdAt: row.createdAt.toISOString(),
      actor: {
        kind: row.actorKind as AuditEntry['actor']['kind'],
        id: row.actorId,
        email: row.actorEmail,
      },
      action: row.action,
      subject: { kind: row.subjectKind, id: row.subjectId },
      before: row.before,
      after: row.after,
      requestId: row.requestId,
      address: row.address,
    }));
    return { data, next: rows.length < limit ? null : (rows.at(-1)?.id ?? null) };
  }
}

/** As JSON sees it: dates as text, nothing undefined. */
function plain(value: object): object {
  return JSON.parse(JSON.stringify(value)) as object;
}
