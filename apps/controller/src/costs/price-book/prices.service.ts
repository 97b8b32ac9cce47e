/** The price book, what nodes cost and what deployments are compared with, as admins set them. */
import { Injectable } from '@nestjs/common';
import type {
  CloudPriceView,
  CreateCloudPrice,
  NodePriceView,
  ReferenceView,
  SetNodePrice,
  SetReferences,
} from '@corral/contracts/http';
import { AuditService } from '../../audit/audit.service.js';
import { FailureException } from '../../common/failure-exception.pure.js';
import type { Principal } from '../../common/principal.pure.js';
import { DeploymentsService } from '../../deployments/deployments.service.js';
import { Clock } from '../../infra/clock.js';
import { PrismaService } from '../../infra/prisma.service.js';
import { cloudPriceView, hardwareFrom, nodePriceView } from '../reports/cost-views.pure.js';
import { CostRepository } from '../cost.repository.js';
import { cloudModelKey, PriceMemory } from './price-memory.service.js';
import { ReferencesService } from './references.service.js';

@Injectable()
export class PricesService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly repository: CostRepository,
    private readonly memory: PriceMemory,
    private readonly chosen: ReferencesService,
    private readonly deployments: DeploymentsService,
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

  /** Of every deployment there is. */
  references(): ReferenceView[] {
    return this.deployments.desired().deployments.map(({ name }) => this.reference(name));
  }

  /** Throws `not_found` for a deployment, `invalid_value` for a cloud model without a price. */
  async setReferences(
    by: Principal,
    deployment: string,
    { references }: SetReferences,
  ): Promise<ReferenceView> {
    const { name } = this.deployments.view(deployment);
    const priced = new Set(this.memory.cloud.subjects());
    references.forEach((reference, at) => {
      const isTwice = references.findIndex((one) => sameModel(one, reference)) !== at;
      if (!isTwice && priced.has(cloudModelKey(reference))) return;
      throw new FailureException({
        code: 'invalid_value',
        message: isTwice
          ? `${reference.model} of ${reference.provider} is named twice.`
          : `The price book has no ${reference.model} of ${reference.provider}. Add its price first.`,
        param: `references[${at}]`,
      });
    });
    await this.prisma.client.$transaction(async (tx) => {
      const before = await this.repository.replaceReferences(tx, name, references);
      await this.audit.record(tx, by, {
        action: 'reference.set',
        subjectKind: 'deployment',
        subjectId: name,
        before: { references: before },
        after: { references },
      });
    });
    await this.memory.changed();
    return this.reference(name);
  }

  private reference(deployment: string): ReferenceView {
    const now = this.clock.now();
    const { chosen, reason, models } = this.chosen.choiceOf(deployment);
    const prices = models.flatMap((model) => this.memory.cloud.at(cloudModelKey(model), now) ?? []);
    const references = prices.map((price) => cloudPriceView(price, true));
    return { deployment, chosen, reason, references };
  }

  private moment(validFrom: string | undefined): Date {
    return validFrom === undefined ? this.clock.now() : new Date(validFrom);
  }
}

function sameModel(
  a: SetReferences['references'][number],
  b: SetReferences['references'][number],
): boolean {
  return cloudModelKey(a) === cloudModelKey(b);
}

function taken(what: string, from: Date): FailureException {
  return new FailureException({
    code: 'conflict',
    message: `${what} has a price from ${from.toISOString()} on, and prices are never changed. Choose another moment.`,
    param: 'validFrom',
  });
}
