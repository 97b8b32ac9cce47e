/** Reports on cost, each of what the asker may see. */
import { Injectable } from '@nestjs/common';
import type { CostQuery, CostReport, Statement, WhatIf, WhatIfQuery } from '@corral/contracts/http';
import { FailureException } from '../../common/failure-exception.pure.js';
import { figuresOf, type Principal } from '../../common/principal.pure.js';
import { Clock } from '../../infra/clock.js';
import { PrismaService } from '../../infra/prisma.service.js';
import { hourRange, monthRange, type HourRange } from '../../ledger/sums/cost-range.pure.js';
import { costReport, type Machines } from './cost-report.pure.js';
import { CostSumsRepository } from './cost-sums.repository.js';
import { cloudPriceView } from './cost-views.pure.js';
import { CostRepository } from '../cost.repository.js';
import { CostsService } from '../costs.service.js';
import { cloudModelKey, PriceMemory } from '../price-book/price-memory.service.js';
import { addUp } from '../../ledger/sums/sums.pure.js';
import { whatIfCloud, whatIfHardware } from '../money/what-if.pure.js';

@Injectable()
export class CostReportsService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly repository: CostRepository,
    private readonly sums: CostSumsRepository,
    private readonly memory: PriceMemory,
    private readonly costs: CostsService,
    private readonly clock: Clock,
  ) {}

  /** Throws `invalid_value` for a range that there is not. */
  async report(by: Principal, query: CostQuery): Promise<CostReport> {
    const { from, to } = this.rangeOf(query);
    const owned = figuresOf(by);
    const { teamId, deployment } = query;
    const isWhole = [owned.teamId, owned.userId, teamId, deployment].every(
      (part) => part === undefined,
    );
    const [usage, machines] = await Promise.all([
      this.sums.byNode({ from, to, owned, teamId, deployment }),
      isWhole ? this.machines() : null,
    ]);
    const nowMs = this.clock.now().getTime();
    return costReport({ fromMs: from.getTime(), toMs: to.getTime(), nowMs, usage }, machines);
  }

  /** Throws `invalid_value`, and `not_found` for a cloud model without a price. */
  async whatIf(by: Principal, query: WhatIfQuery): Promise<WhatIf> {
    const { from, to } = this.rangeOf(query);
    const { provider, model, teamId, deployment } = query;
    const now = this.clock.now();
    const price =
      provider === undefined || model === undefined
        ? null
        : this.memory.cloud.at(cloudModelKey({ provider, model }), now);
    if (price === null && model !== undefined) {
      throw new FailureException({
        code: 'not_found',
        message: `The price book has no ${model} of ${provider}.`,
        param: 'model',
      });
    }
    const sums = addUp(
      await this.sums.byNode({ from, to, owned: figuresOf(by), teamId, deployment }),
    );
    const rangeMs = Math.max(0, Math.min(to.getTime(), now.getTime()) - from.getTime());
    return {
      price: price === null ? null : cloudPriceView(price, true),
      ...whatIfCloud(sums, price),
      hardware: whatIfHardware(query, sums.deviceMs, rangeMs),
    };
  }

  /** Throws `not_found` for a team that there is not, or whose figures the asker may not see. */
  async statement(by: Principal, month: string, teamId: string): Promise<Statement> {
    const owned = figuresOf(by);
    const isTheirs = owned.teamId === undefined || owned.teamId === teamId;
    const team = isTheirs
      ? await this.prisma.client.team.findUnique({ where: { id: teamId } })
      : null;
    if (team === null) {
      throw new FailureException({ code: 'not_found', message: `There is no team '${teamId}'.` });
    }
    const { from, to } = monthRange(month);
    const rows = await this.sums.statement(teamId, from, to);
    return {
      month,
      team: { id: team.id, name: team.name },
      final: to <= this.clock.now(),
      lines: rows.map(({ userId, userEmail, keyId, keyName, deployment, ...sums }) => ({
        userId: userId === '' ? null : userId,
        userEmail,
        keyId,
        keyName: keyName ?? keyId,
        deployment,
        sums,
      })),
      total: addUp(rows),
    };
  }

  private rangeOf(query: CostQuery): HourRange {
    const range = hourRange(query, this.clock.now());
    if (typeof range !== 'string') return range;
    throw new FailureException({ code: 'invalid_value', message: range, param: 'from' });
  }

  /** Every node that ever was. */
  private async machines(): Promise<Machines> {
    const names = await this.repository.nodeNames();
    return {
      prices: this.memory.nodes,
      nodes: [...names]
        .map(([nodeId, nodeName]) => ({
          nodeId,
          nodeName,
          devices: this.costs.devicesOf(nodeId),
        }))
        .sort((a, b) => (a.nodeName < b.nodeName ? -1 : 1)),
    };
  }
}
