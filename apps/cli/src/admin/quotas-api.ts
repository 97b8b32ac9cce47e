import {
  quotaViewSchema,
  type QuotaSubjectKind,
  type QuotaView,
  type UpdateLimits,
} from '@corral/contracts/http';
import type { AdminConnection } from './admin-connection.js';

/** Whose limits they are. The organisation's id is `organisation`. */
export interface QuotaSubject {
  kind: QuotaSubjectKind;
  id: string;
}

export class QuotasApi {
  constructor(private readonly connection: AdminConnection) {}

  list(): Promise<QuotaView[]> {
    return this.connection.list('/quotas', quotaViewSchema);
  }

  of(subject: QuotaSubject): Promise<QuotaView> {
    return this.connection.call('GET', pathOf(subject), quotaViewSchema);
  }

  /** What is absent from `limits` stays as it is; null takes a limit away. */
  update(subject: QuotaSubject, limits: UpdateLimits): Promise<QuotaView> {
    return this.connection.call('PATCH', pathOf(subject), quotaViewSchema, { body: limits });
  }
}

function pathOf({ kind, id }: QuotaSubject): string {
  return `/quotas/${kind}/${encodeURIComponent(id)}`;
}
