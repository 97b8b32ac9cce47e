/** Makes deployments what files declare: one plan, one transaction, all or nothing. */
import { Injectable } from '@nestjs/common';
import type { ApplyPlan, ApplyRequest, DeploymentChange } from '@corral/contracts/http';
import { FailureException } from '../../common/failure-exception.pure.js';
import type { Principal } from '../../common/principal.pure.js';
import { PrismaService, type Transaction } from '../../infra/prisma.service.js';
import { NodesService } from '../../nodes/nodes.service.js';
import { lock } from '../../infra/advisory-locks.js';
import { DeploymentWriter } from '../../deployments/deployment-writer.js';
import { DeploymentsService } from '../../deployments/deployments.service.js';
import { planApply, type PlannedChange } from './apply-plan.pure.js';
import { PlacementPreview, type PreviewedPlacement } from './placement-preview.service.js';

/** Hundreds of deployments are written one after the other. */
const TRANSACTION_TIMEOUT_MS = 30_000;

@Injectable()
export class ApplyService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly deployments: DeploymentsService,
    private readonly writer: DeploymentWriter,
    private readonly nodes: NodesService,
    private readonly placement: PlacementPreview,
  ) {}

  /** Throws with the field at fault, `documents[0].deployments[2].model`; nothing is changed then. */
  async apply(by: Principal, request: ApplyRequest): Promise<ApplyPlan> {
    const { dryRun } = request;
    const [changes, placements] = await this.prisma.client.$transaction(
      async (tx) => {
        await lock(tx, 'deployments');
        const planned = await this.plan(tx, request);
        const preview = await this.placement.of(planned, await this.writer.stored(tx));
        if (!dryRun) await this.carryOut(tx, by, planned, request);
        return [planned, preview] as const;
      },
      { timeout: TRANSACTION_TIMEOUT_MS },
    );
    if (!dryRun && changes.some(({ action }) => action !== 'unchanged')) {
      await this.deployments.changed();
    }
    return { dryRun, changes: changes.map((change) => viewOf(change, placements)) };
  }

  private async plan(
    tx: Transaction,
    { documents, prune }: ApplyRequest,
  ): Promise<PlannedChange[]> {
    const decision = planApply(documents, prune, {
      stored: await this.writer.stored(tx),
      models: this.nodes.models().map(({ model }) => model),
      nodeIds: new Set(this.nodes.observed().map(({ heartbeat }) => heartbeat.nodeId)),
    });
    if (!decision.ok) throw new FailureException(decision.failure);
    return decision.changes;
  }

  private async carryOut(
    tx: Transaction,
    by: Principal,
    changes: readonly PlannedChange[],
    { strategy }: ApplyRequest,
  ): Promise<void> {
    for (const change of changes) {
      if (change.action === 'remove') await this.writer.remove(tx, by, change.before);
      if (change.action === 'change') await this.writer.takeAliases(tx, change.before.id);
    }
    for (const change of changes) {
      if (change.action === 'create') await this.writer.create(tx, by, change.after);
      if (change.action !== 'change') continue;
      const { before, after, fields } = change;
      await this.writer.change(tx, by, before, after, fields, strategy);
    }
  }
}

function viewOf(
  change: PlannedChange,
  placements: ReadonlyMap<string, PreviewedPlacement>,
): DeploymentChange {
  const { name, action } = change;
  const placement = placements.get(name);
  return {
    name,
    action,
    rollout: change.action === 'change' && change.needsRevision,
    fields: change.action === 'change' ? change.fields : [],
    placedOn: placement?.placedOn ?? [],
    missing: placement?.missing ?? null,
  };
}
