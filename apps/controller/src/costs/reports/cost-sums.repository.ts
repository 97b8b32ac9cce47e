/**
 * Sums of the ledger from its roll-ups by day and by hour: one query an answer, grouped in
 * PostgreSQL. Times are UTC without a zone there, and are handed over so.
 */
import { Injectable } from '@nestjs/common';
import type { UsageSums } from '@corral/contracts/http';
import type { OwnedWhere } from '../../common/principal.pure.js';
import { Prisma, PrismaService } from '../../infra/prisma.service.js';
import { usageRows } from '../../ledger/sums/usage-rows.js';
import { SUMMED_FIGURES, usageSumsOf, type SummedRow } from '../../ledger/sums/usage-sums.js';
import type { NodeUsage } from './cost-report.pure.js';
import { safeNumber } from '../money/fraction.pure.js';

export interface CostFilter {
  /** Whole hours; `to` is not included. */
  from: Date;
  to: Date;
  /** What the asker may see. */
  owned: OwnedWhere;
  teamId?: string | undefined;
  deployment?: string | undefined;
}

export interface StatementRow extends UsageSums {
  /** Empty: a service key. */
  userId: string;
  /** Null: nobody is known by that id any more; so with the key's name. */
  userEmail: string | null;
  keyId: string;
  keyName: string | null;
  deployment: string;
}

/** What PostgreSQL answers: numbers as big integers. */
type Raw<T> = { [field in keyof T]: T[field] extends number ? bigint : T[field] };

/** Days in which a node's price changes: which one holds is told by the hour. */
const PRICE_DAYS = Prisma.sql`SELECT date_trunc('day', valid_from) FROM node_price`;

@Injectable()
export class CostSumsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * By node, and by the node's price that held at the end of the hour. An hour in which a price
   * began counts as the new price's.
   */
  async byNode({ from, to, owned, teamId, deployment }: CostFilter): Promise<NodeUsage[]> {
    const ownTeam = owned.teamId ?? null;
    const ownUser = owned.userId ?? null;
    const team = teamId ?? null;
    const named = deployment ?? null;
    // The hours of each node first: their prices are looked up once, and not for every key.
    const rows = await this.prisma.client.$queryRaw<(SummedRow & NodeKeys)[]>`
      WITH hours AS (
        SELECT node_id, hour, ${SUMMED_FIGURES}
        FROM ${usageRows({ from, to }, PRICE_DAYS)} AS usage
        WHERE (${ownTeam}::text IS NULL OR team_id = ${ownTeam})
          AND (${ownUser}::text IS NULL OR user_id = ${ownUser})
          AND (${team}::text IS NULL OR team_id = ${team})
          AND (${named}::text IS NULL OR deployment = ${named})
        GROUP BY node_id, hour
      )
      SELECT hours.node_id AS "nodeId", price.id AS "priceId", ${SUMMED_FIGURES}
      FROM hours LEFT JOIN LATERAL (
        SELECT id FROM node_price
        WHERE node_price.node_id = hours.node_id
          AND node_price.valid_from < hours.hour + interval '1 hour'
        ORDER BY valid_from DESC LIMIT 1
      ) price ON true
      GROUP BY 1, 2`;
    return rows.map((row) => ({ ...usageSumsOf(row), nodeId: row.nodeId, priceId: row.priceId }));
  }

  /** A team's lines by person, key and deployment, people first, then by name. */
  async statement(teamId: string, from: Date, to: Date): Promise<StatementRow[]> {
    const rows = await this.prisma.client.$queryRaw<(SummedRow & StatementKeys)[]>`
      SELECT usage.user_id AS "userId", person.email AS "userEmail",
        usage.key_id AS "keyId", key.name AS "keyName", usage.deployment AS "deployment",
        ${SUMMED_FIGURES}
      FROM ${usageRows({ from, to })} AS usage
        LEFT JOIN "user" person ON person.id = usage.user_id
        LEFT JOIN api_key key ON key.id = usage.key_id
      WHERE usage.team_id = ${teamId}
      GROUP BY 1, 2, 3, 4, 5
      ORDER BY person.email NULLS LAST, key.name, usage.key_id, usage.deployment`;
    return rows.map((row) => {
      const { userId, userEmail, keyId, keyName, deployment } = row;
      return { ...usageSumsOf(row), userId, userEmail, keyId, keyName, deployment };
    });
  }

  /** What requests on nodes have cost since then, by deployment. */
  async costsSince(since: Date): Promise<DeploymentCost[]> {
    const rows = await this.prisma.client.$queryRaw<Raw<DeploymentCost>[]>`
      SELECT deployment, sum(requests)::bigint AS "requests",
        sum(prompt_tokens + completion_tokens)::bigint AS "tokens",
        sum(local_microdollars)::bigint AS "microdollars"
      FROM usage_hour WHERE hour >= ${utc(since)}::timestamp AND node_id <> ''
      GROUP BY deployment`;
    return rows.map(({ deployment, requests, tokens, microdollars }) => ({
      deployment,
      requests: safeNumber(requests),
      tokens: safeNumber(tokens),
      microdollars: safeNumber(microdollars),
    }));
  }
}

interface NodeKeys {
  nodeId: string;
  priceId: string | null;
}
type StatementKeys = Omit<StatementRow, keyof UsageSums>;

export interface DeploymentCost {
  deployment: string;
  requests: number;
  tokens: number;
  microdollars: number;
}

/** Without the zone, which PostgreSQL would ignore for a `timestamp`, or take for the session's. */
function utc(at: Date): string {
  return at.toISOString().slice(0, -1);
}
