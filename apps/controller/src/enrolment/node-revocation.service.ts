/** Takes a node's credentials back: written down first, so that nothing can undo it half way. */
import { Injectable } from '@nestjs/common';
import type { RevokedNode } from '@corral/contracts/http';
import { AuditService } from '../audit/audit.service.js';
import { FailureException } from '../common/failure-exception.pure.js';
import type { Principal } from '../common/principal.pure.js';
import { Clock } from '../infra/clock.js';
import { EnrolledNodesRepository } from './enrolled-nodes.repository.js';
import { NodeSettingsService } from '../nodes/node-settings.service.js';
import { RevokedKeys } from './revoked-keys.service.js';

@Injectable()
export class NodeRevocationService {
  constructor(
    private readonly enrolled: EnrolledNodesRepository,
    private readonly keys: RevokedKeys,
    private readonly nodes: NodeSettingsService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /**
   * Its connection is cut and its heartbeats count for nothing. Safe to ask again. Throws
   * `not_found`, and `conflict` for a node without credentials of its own.
   */
  async revoke(by: Principal, id: string): Promise<RevokedNode> {
    const now = this.clock.now();
    const { name, revokedAt } = await this.enrolled.transaction(async (tx) => {
      await this.enrolled.lock(tx);
      const node = await this.enrolled.find(tx, id);
      if (node === null) {
        throw new FailureException({ code: 'not_found', message: `There is no node '${id}'.` });
      }
      if (node.natsPublicKey === null) throw notEnrolled(node.name);
      if (node.revokedAt !== null) return { name: node.name, revokedAt: node.revokedAt };
      await this.enrolled.revoke(tx, id, now);
      await this.audit.record(tx, by, {
        action: 'node.revoke',
        subjectKind: 'node',
        subjectId: id,
        before: { name: node.name, publicKey: node.natsPublicKey, revokedAt: null },
        after: { name: node.name, publicKey: node.natsPublicKey, revokedAt: now },
      });
      return { name: node.name, revokedAt: now };
    });
    await this.nodes.refresh();
    const cutOff = await this.keys.announce();
    return { id, name, revokedAt: revokedAt.toISOString(), cutOff };
  }
}

function notEnrolled(name: string): FailureException {
  return new FailureException({
    code: 'conflict',
    message: `${name} has not joined with a token, so it has no credentials of its own that could be revoked: it runs beside a controller, or uses shared ones. Stop its worker on that machine.`,
  });
}
