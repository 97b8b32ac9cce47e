/** What two revisions have served, from the ledger: so all controllers' requests count alike. */
import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../infra/prisma.service.js';
import type { RevisionTraffic } from '../../rollouts/rollout-state.pure.js';

const NONE: RevisionTraffic = { requests: 0, failed: 0, ttftP95Ms: null };

@Injectable()
export class RevisionTrafficRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Of requests that began since then and have ended; those that their clients left do not count. */
  async since(
    since: Date,
    revisions: { from: string; to: string },
  ): Promise<{ from: RevisionTraffic; to: RevisionTraffic }> {
    const rows = await this.prisma.client.$queryRaw<(RevisionTraffic & { revision_id: string })[]>`
      SELECT revision_id, count(*)::int AS requests,
        (count(*) FILTER (WHERE status = 'failed'))::int AS failed,
        percentile_cont(0.95) WITHIN GROUP (ORDER BY ttft_ms) AS "ttftP95Ms"
      FROM request_usage
      WHERE created_at >= ${since} AND revision_id IN (${revisions.from}, ${revisions.to})
        AND status <> 'cancelled'
      GROUP BY revision_id`;
    const of = (id: string): RevisionTraffic => {
      const { requests, failed, ttftP95Ms } = rows.find((row) => row.revision_id === id) ?? NONE;
      return { requests, failed, ttftP95Ms };
    };
    return { from: of(revisions.from), to: of(revisions.to) };
  }
}
