/** The tries of every account and address, shared by all controllers, on the database's clock. */
import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../infra/prisma.service.js';
import { planTry, type ThrottleRule, type Tries } from './throttle-plan.pure.js';

/** Each of them lost to another try that was counted, so this many at once are a flood. */
const MAX_LOST_RACES = 50;
const FLOOD_PAUSE_MS = 1_000;

@Injectable()
export class ThrottleRepository {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * Counts a try. Null when it may be made; else how long to wait, in milliseconds.
   *
   * A plan is written only if nothing was written since it was made, else it is made anew: tries at
   * the same time come one after the other, on whichever controller, and none holds a lock.
   */
  async admit(key: string, rule: ThrottleRule): Promise<number | null> {
    for (let lost = 0; lost < MAX_LOST_RACES; lost += 1) {
      const { before, now } = await this.read(key);
      const none = { tries: 0, freeAt: now, expiresAt: now };
      const plan = planTry(before ?? none, rule, now);
      if (!plan.admitted) return plan.waitMs;
      if (await this.write(key, before, plan.next)) return null;
    }
    return FLOOD_PAUSE_MS;
  }

  /** The try is not held against the key after all. */
  async giveBack(key: string): Promise<void> {
    await this.prisma.client.$executeRaw`
      UPDATE "login_throttle" SET "tries" = greatest("tries" - 1, 0),
        "free_at" = clock_timestamp() AT TIME ZONE 'utc' WHERE "key" = ${key}`;
  }

  async forget(key: string): Promise<void> {
    await this.prisma.client.$executeRaw`DELETE FROM "login_throttle" WHERE "key" = ${key}`;
  }

  async removeExpired(): Promise<void> {
    await this.prisma.client.$executeRaw`
      DELETE FROM "login_throttle" WHERE "expires_at" < clock_timestamp() AT TIME ZONE 'utc'`;
  }

  /** True when the person has an open session from that address. */
  async isKnownAt(email: string, ipAddress: string): Promise<boolean> {
    const sessions = await this.prisma.client.$queryRaw<object[]>`
      SELECT 1 FROM "session" JOIN "user" ON "user"."id" = "session"."user_id"
      WHERE "user"."email" = ${email} AND "session"."ip_address" = ${ipAddress}
        AND "session"."expires_at" > clock_timestamp() AT TIME ZONE 'utc' LIMIT 1`;
    return sessions.length > 0;
  }

  private async read(key: string): Promise<{ before: Tries | null; now: Date }> {
    const [row] = await this.prisma.client.$queryRaw<(Tries & { now: Date })[]>`
      SELECT "tries", "free_at" AS "freeAt", "expires_at" AS "expiresAt",
        (clock_timestamp() AT TIME ZONE 'utc')::timestamp(3) AS "now"
      FROM (SELECT 1) AS one LEFT JOIN "login_throttle" ON "key" = ${key}`;
    if (row === undefined) throw new Error('a query without a condition gave no row');
    const { now, ...before } = row;
    return { before: before.tries === null ? null : before, now };
  }

  /** False when another try was counted since `before` was read. */
  private async write(key: string, before: Tries | null, next: Tries): Promise<boolean> {
    const { client } = this.prisma;
    const written =
      before === null
        ? await client.$executeRaw`
            INSERT INTO "login_throttle" ("key", "tries", "free_at", "expires_at")
            VALUES (${key}, ${next.tries}, ${next.freeAt}, ${next.expiresAt})
            ON CONFLICT ("key") DO NOTHING`
        : await client.$executeRaw`
            UPDATE "login_throttle" SET "tries" = ${next.tries}, "free_at" = ${next.freeAt},
              "expires_at" = ${next.expiresAt}
            WHERE "key" = ${key} AND "tries" = ${before.tries}
              AND "expires_at" = ${before.expiresAt}`;
    return written > 0;
  }
}
