/** Limits as admins and leads set them, and what is left of them. */
import { Injectable } from '@nestjs/common';
import type { Limits, QuotaUse, QuotaView, UpdateLimits } from '@corral/contracts/http';
import { FailureException } from '../common/failure-exception.pure.js';
import { ownedBy, type Principal } from '../common/principal.pure.js';
import { DatabaseClock } from './leases/database-clock.js';
import { LeasesRepository } from './leases/leases.repository.js';
import { countersOf, type QuotaCounterRef, type QuotaSubject } from './quota-counters.pure.js';
import { QuotaPolicies } from './quota-policies.service.js';
import { QuotasRepository, type NamedSubject } from './quotas.repository.js';

type Named = NamedSubject & { limits: Limits };
type Limited = Pick<Named, 'kind' | 'id' | 'name' | 'limits'>;

@Injectable()
export class QuotaAdminService {
  constructor(
    private readonly repository: QuotasRepository,
    private readonly policies: QuotaPolicies,
    private readonly leases: LeasesRepository,
    private readonly clock: DatabaseClock,
  ) {}

  /** Every limit that the asker may see. */
  async list(by: Principal): Promise<QuotaView[]> {
    return this.views(await this.repository.named(ownedBy(by)));
  }

  /** Throws `not_found`; without limits of its own a subject has a view with none. */
  async view(by: Principal, subject: QuotaSubject): Promise<QuotaView> {
    const named = await this.find(by, subject);
    const limits = await this.repository.limitsOf(named);
    return this.viewOf({ ...named, limits });
  }

  /** Throws `not_found`, and `permission_denied` where the asker may only look. */
  async update(by: Principal, subject: QuotaSubject, change: UpdateLimits): Promise<QuotaView> {
    const named = await this.find(by, subject);
    if (!maySet(by, named)) {
      throw new FailureException({
        code: 'permission_denied',
        message: `Only an admin sets the limits of ${WHAT[named.kind]}, since they bind whoever asks.`,
      });
    }
    const limits = await this.repository.update(by, named, change);
    await this.policies.changed();
    return this.viewOf({ ...named, limits });
  }

  /** What is left of these limits now. A counter that nobody asked for yet is untouched. */
  async usesOf(subjects: readonly Limited[]): Promise<QuotaUse[]> {
    const now = this.clock.now();
    const counters = subjects.flatMap(({ kind, id, name, limits }) =>
      countersOf({ kind, id }, limits, now).map((counter) => ({ counter, name })),
    );
    const uses = await this.leases.uses(counters.map(({ counter }) => counter.id));
    return counters.map(({ counter, name }) => {
      const { used, leased } = uses.get(counter.id) ?? { used: 0, leased: 0 };
      return useOf(counter, name, used, leased);
    });
  }

  private async find(by: Principal, subject: QuotaSubject): Promise<NamedSubject> {
    // The organisation's limits bind everyone, so whoever asks finds them.
    const named = await this.repository.find(subject, ownedBy(by));
    if (named !== null) return named;
    throw new FailureException({
      code: 'not_found',
      message: `There is no ${subject.kind} '${subject.id}'.`,
    });
  }

  private async viewOf(subject: Named): Promise<QuotaView> {
    const [view] = await this.views([subject]);
    return view as QuotaView;
  }

  private async views(subjects: readonly Named[]): Promise<QuotaView[]> {
    const uses = await this.usesOf(subjects);
    return subjects.map(({ kind, id, name, limits }) => ({
      subject: { kind, id, name },
      limits,
      use: uses.filter(({ subject }) => subject.kind === kind && subject.id === id),
    }));
  }
}

const WHAT = {
  organisation: 'the organisation',
  team: 'a team',
  user: 'people of other teams, and the own',
  key: 'keys of other teams',
};

/** An admin anything; a lead what is below the team, and not the own account's. */
function maySet(by: Principal, { kind, userId }: NamedSubject): boolean {
  if (by.role === 'admin') return true;
  if (by.role !== 'lead' || kind === 'organisation' || kind === 'team') return false;
  return kind === 'key' || userId !== by.userId;
}

function useOf(counter: QuotaCounterRef, name: string, used: number, leased: number): QuotaUse {
  const { subject, metric, window, limit, resetsAt } = counter;
  return {
    subject: { ...subject, name },
    metric,
    window,
    limit,
    used,
    reserved: leased,
    resetsAt: resetsAt?.toISOString() ?? null,
  };
}
