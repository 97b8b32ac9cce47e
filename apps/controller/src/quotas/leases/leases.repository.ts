/** Leases on limits in PostgreSQL; the SQL functions it calls are in prisma/migrations. */
import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../infra/prisma.service.js';

export interface LeaseWant {
  counter: string;
  /** Units that requests wait for. */
  want: number;
  limit: number;
  /** Nobody listens any more after it, so nothing is leased then; on the database's clock. */
  until: Date;
  /** After which the counter may be forgotten; null: never. */
  expiresAt: Date | null;
}

export interface LeaseGrant {
  counter: string;
  /** Up to the want, and a little more where plenty is free. */
  granted: number;
  /** What nobody holds afterwards. */
  free: number;
  /** What other controllers hold. */
  others: number;
}

export interface CounterUse {
  used: number;
  /** Leased to all controllers together. */
  leased: number;
}

/** The SQLSTATE with which `quota_take` says that a controller's leases have ended. */
const NO_LEASES_ANY_MORE = 'CR001';

/** This controller was thought dead, and its leases have ended. */
export class LeasesEnded extends Error {}

@Injectable()
export class LeasesRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Throws {@link LeasesEnded}, or what the database throws when it is away. */
  async take(controllerId: string, wants: readonly LeaseWant[]): Promise<LeaseGrant[]> {
    try {
      const rows = await this.prisma.client.$queryRaw<
        { counter: string; granted: bigint; free: bigint; others: bigint }[]
      >`SELECT * FROM quota_take(${controllerId}, ${JSON.stringify(wants)}::jsonb)`;
      return rows.map(({ counter, granted, free, others }) => ({
        counter,
        granted: Number(granted),
        free: Number(free),
        others: Number(others),
      }));
    } catch (error) {
      if (String(error).includes(NO_LEASES_ANY_MORE)) throw new LeasesEnded();
      throw error;
    }
  }

  async giveBack(
    controllerId: string,
    amounts: readonly { counter: string; amount: number }[],
  ): Promise<void> {
    const uses = amounts.map((amount) => ({ ...amount, controller: controllerId }));
    await this.prisma.client.$executeRaw`SELECT quota_release(${JSON.stringify(uses)}::jsonb)`;
  }

  /** Says that this controller lives. */
  async register(controllerId: string): Promise<void> {
    await this.prisma.client.$executeRaw`
      INSERT INTO controller_presence VALUES (${controllerId}, now() AT TIME ZONE 'utc')
      ON CONFLICT (controller_id) DO UPDATE SET seen_at = EXCLUDED.seen_at`;
  }

  /**
   * The same, again and again. `alive` false: it was thought dead in between, and its leases have
   * ended. `controllers`: how many live. `now`: the database's clock.
   */
  async renew(controllerId: string): Promise<{ alive: boolean; controllers: number; now: Date }> {
    const renewed = await this.prisma.client.$executeRaw`
      UPDATE controller_presence SET seen_at = now() AT TIME ZONE 'utc'
      WHERE controller_id = ${controllerId}`;
    const [row] = await this.prisma.client.$queryRaw<{ controllers: number; now: Date }[]>`
      SELECT count(*)::int AS controllers, now() AT TIME ZONE 'utc' AS now
      FROM controller_presence WHERE seen_at > now() AT TIME ZONE 'utc' - interval '20 seconds'`;
    return {
      alive: renewed > 0,
      controllers: Math.max(1, row?.controllers ?? 1),
      now: row?.now ?? new Date(),
    };
  }

  /** What is used and leased of each counter; one that is not there yet is not in the answer. */
  async uses(counters: readonly string[]): Promise<Map<string, CounterUse>> {
    const rows = await this.prisma.client.$queryRaw<
      { id: string; used: bigint; leased: bigint }[]
    >`SELECT c.id, c.used, coalesce(sum(l.amount), 0)::bigint AS leased
      FROM quota_counter c LEFT JOIN quota_lease l ON l.counter_id = c.id
      WHERE c.id = ANY(${[...counters]}) GROUP BY c.id, c.used`;
    return new Map(
      rows.map(({ id, used, leased }) => [id, { used: Number(used), leased: Number(leased) }]),
    );
  }
}
