/**
 * Writes down the machines that are let in: each with its key, once per token.
 *
 * A node id and its key belong together for good. A machine that shows another key for an id that
 * has one is refused, since it could be anybody; so is one whose key was revoked.
 */
import { Injectable } from '@nestjs/common';
import { labelsSchema, type ErrorCode } from '@corral/contracts';
import type { JoinRequest } from '@corral/contracts/http';
import { AuditService } from '../audit/audit.service.js';
import { FailureException } from '../common/failure-exception.pure.js';
import { SYSTEM } from '../common/principal.pure.js';
import { Clock } from '../infra/clock.js';
import type { Transaction } from '../infra/prisma.service.js';
import { NodesService } from '../nodes/nodes.service.js';
import { EnrolledNodesRepository } from './enrolled-nodes.repository.js';
import { hashJoinToken } from './join-token.js';
import { JoinTokensRepository } from './join-tokens.repository.js';

/** Where the machine is. */
export interface Caller {
  requestId: string;
  address: string;
}

@Injectable()
export class NodeEnroller {
  constructor(
    private readonly tokens: JoinTokensRepository,
    private readonly enrolled: EnrolledNodesRepository,
    private readonly nodes: NodesService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes the token and saves the node in one transaction. Throws `permission_denied` for a token
   * that is unknown, used or too old, and `conflict` when this node cannot be let in; the token can
   * still be used then.
   */
  enrol(request: JoinRequest, from: Caller): Promise<void> {
    return this.enrolled.transaction((tx) => this.enrolIn(tx, request, from));
  }

  private async enrolIn(tx: Transaction, request: JoinRequest, from: Caller): Promise<void> {
    const { token, nodeId: id, name, publicKey } = request;
    const now = this.clock.now();
    await this.enrolled.lock(tx);
    const taken = await this.tokens.take(tx, hashJoinToken(token), now, id);
    if (taken === null) {
      throw refused(
        'permission_denied',
        'This join token is not valid: it is unknown, was used before, or is too old. Make a new one with `corral join-token`.',
      );
    }
    const before = await this.enrolled.find(tx, id);
    await this.refuseImpostor(tx, request, before);
    const labels = labelsSchema.parse(taken.labels);
    const after = await this.enrolled.save(tx, { id, name, publicKey, labels, enrolledAt: now });
    await this.audit.record(
      tx,
      { ...SYSTEM, ...from },
      {
        action: 'node.enrol',
        subjectKind: 'node',
        subjectId: id,
        before: before === null ? null : { name: before.name, labels: before.labels },
        after: { name, labels: after.labels, publicKey, joinToken: taken.id },
      },
    );
  }

  private async refuseImpostor(
    tx: Transaction,
    { nodeId, publicKey }: JoinRequest,
    before: { natsPublicKey: string | null; revokedAt: Date | null } | null,
  ): Promise<void> {
    if (before?.revokedAt != null) {
      throw refused(
        'conflict',
        `The node ${nodeId} was revoked, and its key stays refused. To let the machine in again as a new node, delete node-id and enrolment.json in worker/ of its data folder.`,
      );
    }
    if (before?.natsPublicKey === publicKey) return;
    if (before !== null && before.natsPublicKey !== null) {
      throw refused(
        'conflict',
        `The node ${nodeId} has joined with another key. If this machine lost it, delete node-id in worker/ of its data folder to join as a new node.`,
      );
    }
    if (this.nodes.find(nodeId)?.state === 'ready') {
      throw refused(
        'conflict',
        `A worker of the node ${nodeId} is running. Stop it first; a few seconds later this machine can join.`,
      );
    }
    const owner = await this.enrolled.ownerOf(tx, publicKey);
    if (owner !== null) throw refused('conflict', `This key belongs to the node ${owner}.`);
  }
}

function refused(code: ErrorCode, message: string): FailureException {
  return new FailureException({ code, message });
}
