/** What deployments are compared with, as admins set it and as they are shown it. */
import { Injectable } from '@nestjs/common';
import type { ReferenceView, SetReferences } from '@corral/contracts/http';
import { AuditService } from '../../audit/audit.service.js';
import { FailureException } from '../../common/failure-exception.pure.js';
import type { Principal } from '../../common/principal.pure.js';
import { DeploymentsService } from '../../deployments/deployments.service.js';
import { PrismaService } from '../../infra/prisma.service.js';
import { CostRepository } from '../cost.repository.js';
import { cloudPriceView } from '../reports/cost-views.pure.js';
import { cloudModelKey, PriceMemory } from './price-memory.service.js';
import { ReferencesService } from './references.service.js';

@Injectable()
export class ReferenceSettingsService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly repository: CostRepository,
    private readonly memory: PriceMemory,
    private readonly chosen: ReferencesService,
    private readonly deployments: DeploymentsService,
    private readonly audit: AuditService,
  ) {}

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
    const { chosen, reason } = this.chosen.choiceOf(deployment);
    const prices = this.chosen.pricesOf(deployment);
    const references = prices.map((price) => cloudPriceView(price, true));
    return { deployment, chosen, reason, references };
  }
}

function sameModel(
  a: SetReferences['references'][number],
  b: SetReferences['references'][number],
): boolean {
  return cloudModelKey(a) === cloudModelKey(b);
}
