/**
 * The limits of every subject, in memory for the request path; read again after every change, here
 * or on another controller, and every few seconds in case one was not heard of.
 */
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Bus } from '@corral/bus';
import { changeSchema, CHANGES_SUBJECT } from '@corral/contracts';
import { ORGANISATION_ID, type Limits } from '@corral/contracts/http';
import type { AuthenticatedKey } from '../api-keys/authenticated-key.js';
import {
  countersOf,
  windowAt,
  type QuotaCounterRef,
  type QuotaSubject,
} from './quota-counters.pure.js';
import { limitsInForce, type LimitsInForce } from './limits-in-force.pure.js';
import { QuotasRepository } from './quotas.repository.js';

const REFRESH_INTERVAL_MS = 5_000;
/** Keys whose limits have been worked out; the rest is worked out again. */
const MAX_REMEMBERED = 10_000;

/** Everything that limits a key in one minute. */
export interface KeyQuotas {
  inForce: LimitsInForce;
  /** The widest subject first. */
  counters: readonly QuotaCounterRef[];
  teamId: string;
  minuteStartMs: number;
}

@Injectable()
export class QuotaPolicies implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(QuotaPolicies.name);
  private limits: ReadonlyMap<string, Limits> = new Map();
  private readonly byKey = new Map<string, KeyQuotas>();
  private reads = 0;
  private lastApplied = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly repository: QuotasRepository,
    private readonly bus: Bus,
  ) {}

  async onModuleInit(): Promise<void> {
    this.bus.subscribe(CHANGES_SUBJECT, changeSchema, (change) => {
      if (change.what === 'quotas') void this.refresh();
    });
    this.timer = setInterval(() => void this.refresh(), REFRESH_INTERVAL_MS);
    await this.refresh();
  }

  onModuleDestroy(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** What limits the key at that moment. On the way of every request, and worked out once a minute. */
  of(key: AuthenticatedKey, at: Date): KeyQuotas {
    const known = this.byKey.get(key.keyId);
    const { start } = windowAt('minute', at);
    const minuteStartMs = start?.getTime() ?? 0;
    if (known?.minuteStartMs === minuteStartMs && known.teamId === key.teamId) return known;
    const chain = subjectsOf(key).flatMap((subject) => {
      const limits = this.limits.get(`${subject.kind}/${subject.id}`);
      return limits === undefined ? [] : [{ subject, limits }];
    });
    const quotas: KeyQuotas = {
      inForce: limitsInForce(chain.map(({ limits }) => limits)),
      counters: chain.flatMap(({ subject, limits }) => countersOf(subject, limits, at)),
      teamId: key.teamId,
      minuteStartMs,
    };
    if (this.byKey.size >= MAX_REMEMBERED) this.byKey.clear();
    this.byKey.set(key.keyId, quotas);
    return quotas;
  }

  /** Reads the limits here, and makes the other controllers do so. */
  async changed(): Promise<void> {
    await this.refresh();
    this.bus.publish(CHANGES_SUBJECT, changeSchema, { what: 'quotas' });
  }

  /** Keeps what it knows while the database is away. */
  async refresh(): Promise<void> {
    const read = ++this.reads;
    try {
      const rows = await this.repository.all();
      if (read < this.lastApplied) return;
      this.lastApplied = read;
      this.limits = new Map(rows.map(({ kind, id, limits }) => [`${kind}/${id}`, limits]));
      this.byKey.clear();
    } catch (error) {
      this.logger.warn(`limits could not be read: ${String(error)}`);
    }
  }
}

/** The widest first. */
export function subjectsOf({
  keyId,
  teamId,
  userId,
}: Pick<AuthenticatedKey, 'keyId' | 'teamId' | 'userId'>): QuotaSubject[] {
  return [
    { kind: 'organisation', id: ORGANISATION_ID },
    { kind: 'team', id: teamId },
    ...(userId === null ? [] : [{ kind: 'user' as const, id: userId }]),
    { kind: 'key', id: keyId },
  ];
}
