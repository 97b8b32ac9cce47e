/** The price book and what nodes cost, as admins set them. */
import { Injectable } from '@nestjs/common';
import type {
  CloudPriceView,
  CreateCloudPrice,
  NodePriceView,
  SetNodePrice,
} from '@corral/contracts/http';
import { AuditService } from '../../audit/audit.service.js';
import { FailureException } from '../../common/failure-exception.pure.js';
import type { Principal } from '../../common/principal.pure.js';
import { Clock } from '../../infra/clock.js';
import { PrismaService } from '../../infra/prisma.service.js';
import { cloudPriceView, hardwareFrom, nodePriceView } from '../reports/cost-views.pure.js';
import { CostRepository } from '../cost.repository.js';
import { cloudModelKey, PriceMemory } from './price-memory.service.js';

@Injectable()
export class PricesService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly repository: CostRepository,
    private readonly memory: PriceMemory,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** The whole book: by seller and model, newest first. */
  cloudPrices(): CloudPriceView[] {
    const now = this.clock.now();
    const { cloud } = this.memory;
    return cloud.all().map((price) => cloudPriceView(price, cloud.isCurrent(price, now)));
  }

  /** Throws `conflict` when the model has a price from that very moment on. */
  async addCloudPrice(by: Principal, request: CreateCloudPrice): Promise<CloudPriceView> {
    const { validFrom, ...price } = request;
    const from = this.moment(validFrom);
    const before = this.memory.cloud.at(cloudModelKey(price), from);
    const made = await this.prisma.client.$transaction(async (tx) => {
      const row = await this.repository.addCloudPrice(tx, { ...price, validFrom: from });
      if (row === null) throw taken(`${price.model} of ${price.provider}`, from);
      await this.audit.record(tx, by, {
        action: 'price.create',
        subjectKind: 'price',
        subjectId: row.id,
        before,
        after: row,
      });
      return row;
    });
    await this.memory.changed();
    return cloudPriceView(made, this.memory.cloud.isCurrent(made, this.clock.now()));
  }

  /** Of every node, newest first. */
  nodePrices(): NodePriceView[] {
    const now = this.clock.now();
    const { nodes } = this.memory;
    return nodes.all().map((price) => nodePriceView(price, nodes.isCurrent(price, now)));
  }

  /** Throws `not_found`, and `conflict` when the node has a price from that very moment on. */
  async setNodePrice(
    by: Principal,
    nodeId: string,
    { validFrom, hardware, ...rates }: SetNodePrice,
  ): Promise<NodePriceView> {
    if (!(await this.repository.nodeNames()).has(nodeId)) {
      throw new FailureException({
        code: 'not_found',
        message: `There is no node '${nodeId}'.`,
      });
    }
    const from = this.moment(validFrom);
    const price = { ...rates, nodeId, validFrom: from, hardware: hardwareFrom(hardware) };
    const before = this.memory.nodes.at(nodeId, from);
    const made = await this.prisma.client.$transaction(async (tx) => {
      const row = await this.repository.addNodePrice(tx, price);
      if (row === null) throw taken(`Node '${nodeId}'`, from);
      await this.audit.record(tx, by, {
        action: 'node_price.set',
        subjectKind: 'node',
        subjectId: nodeId,
        before: before === null ? null : nodePriceView(before, false),
        after: nodePriceView(row, false),
      });
      return row;
    });
    await this.memory.changed();
    return nodePriceView(made, this.memory.nodes.isCurrent(made, this.clock.now()));
  }

  private moment(validFrom: string | undefined): Date {
    return validFrom === undefined ? this.clock.now() : new Date(validFrom);
  }
}

function taken(what: string, from: Date): FailureException {
  return new FailureException({
    code: 'conflict',
    message: `${what} has a price from ${from.toISOString()} on, and prices are never changed. Choose another moment.`,
    param: 'validFrom',
  });
}
