/** What admins do with nodes. Each change is audited in its transaction. */
import { Injectable } from '@nestjs/common';
import { Bus } from '@corral/bus';
import { changeSchema, CHANGES_SUBJECT } from '@corral/contracts';
import type { NodeView, UpdateNode } from '@corral/contracts/http';
import { AuditService } from '../audit/audit.service.js';
import { FailureException } from '../common/failure-exception.pure.js';
import type { Principal } from '../common/principal.pure.js';
import { Clock } from '../infra/clock.js';
import type { Transaction } from '../infra/prisma.service.js';
import { findNode } from './find-node.pure.js';
import { NodeSettingsService } from './node-settings.service.js';
import type { NodeSettings, StoredNode } from './node-settings.pure.js';
import { NodesRepository } from './nodes.repository.js';
import { NodesService } from './nodes.service.js';
import { refusalToRemove } from './removal.pure.js';
import { ordered, updated, type NodeOrder, type SettingsChange } from './settings-change.pure.js';

@Injectable()
export class NodeAdminService {
  constructor(
    private readonly nodes: NodesService,
    private readonly settings: NodeSettingsService,
    private readonly repository: NodesRepository,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    private readonly bus: Bus,
  ) {}

  /**
   * @param idOrName a name only where no other node has it
   * Throws `not_found`, and `conflict` for a name that several have.
   */
  view(idOrName: string): NodeView {
    const found = findNode(this.nodes.views(), idOrName);
    if (found.ok) return found.node;
    throw new FailureException(found.failure);
  }

  /** Throws as {@link view}, and `invalid_value` for labels that a node cannot have. */
  update(by: Principal, idOrName: string, update: UpdateNode): Promise<NodeView> {
    return this.change(by, idOrName, 'update', (was) => updated(was, update));
  }

  /** Throws as {@link view}, and `conflict` for an order that the node's state does not allow. */
  order(by: Principal, idOrName: string, order: NodeOrder): Promise<NodeView> {
    const now = this.clock.now();
    return this.change(by, idOrName, order, (was) => ordered(was, order, now));
  }

  /** Throws as {@link view}, and `conflict` for a node that may not be removed (removal.ts). */
  async remove(by: Principal, idOrName: string, force: boolean): Promise<void> {
    const { id } = this.view(idOrName);
    await this.repository.transaction(async (tx) => {
      const stored = await this.stored(tx, id);
      const state = this.nodes.find(id)?.state ?? 'lost';
      const refusal = refusalToRemove(stored, state, force);
      if (refusal !== null) throw new FailureException({ code: 'conflict', message: refusal });
      await this.repository.remove(tx, id);
      await this.audit.record(tx, by, {
        action: 'node.remove',
        subjectKind: 'node',
        subjectId: id,
        before: { ...audited(stored.name, stored.settings), replicas: stored.assignedReplicas },
        after: null,
      });
    });
    await this.settings.changed();
    this.bus.publish(CHANGES_SUBJECT, changeSchema, { what: 'deployments' });
  }

  /** Ends the brake: the nodes that it held are lost, on all controllers. Gives their ids. */
  async confirmLost(by: Principal): Promise<string[]> {
    const nodeIds = this.nodes.held().map(({ nodeId }) => nodeId);
    if (nodeIds.length === 0) return [];
    await this.repository.transaction((tx) =>
      this.audit.record(tx, by, {
        action: 'node.confirm_lost',
        subjectKind: 'node',
        subjectId: 'all',
        before: null,
        after: { nodeIds },
      }),
    );
    this.nodes.confirmLost(nodeIds);
    this.bus.publish(CHANGES_SUBJECT, changeSchema, { what: 'nodes_lost', nodeIds });
    return nodeIds;
  }

  private async change(
    by: Principal,
    idOrName: string,
    action: NodeOrder | 'update',
    decide: (was: NodeSettings) => SettingsChange,
  ): Promise<NodeView> {
    const { id } = this.view(idOrName);
    await this.repository.transaction(async (tx) => {
      const { name, settings } = await this.stored(tx, id);
      const change = decide(settings);
      if (!change.ok) throw new FailureException(change.failure);
      const [before, after] = [audited(name, settings), audited(name, change.settings)];
      if (JSON.stringify(before) === JSON.stringify(after)) return;
      await this.repository.update(tx, id, change.settings);
      await this.audit.record(tx, by, {
        action: `node.${action}`,
        subjectKind: 'node',
        subjectId: id,
        before,
        after,
      });
    });
    await this.settings.changed();
    return this.view(id);
  }

  private async stored(tx: Transaction, id: string): Promise<StoredNode> {
    const stored = await this.repository.lock(tx, id);
    if (stored !== null) return stored;
    const message = `Node '${id}' is not in the database yet, or not any more. Try again.`;
    throw new FailureException({ code: 'not_found', message });
  }
}

function audited(name: string, { labels, cordonedAt, drainedAt, polite }: NodeSettings): object {
  return { name, labels, cordonedAt, drainedAt, polite };
}
