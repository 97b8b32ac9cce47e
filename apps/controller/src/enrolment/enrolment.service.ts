/**
 * Lets a machine in, once per token: its key is written down, and it gets credentials for its own
 * subjects. Whatever is wrong with a token, the answer to a stranger is the same.
 *
 * A node id and its key belong together for good. A machine that shows another key for an id that
 * has one is refused, since it could be anybody; so is one whose key was revoked.
 */
import { Injectable } from '@nestjs/common';
import { isUserPublicKey, issueWorkerJwt } from '@corral/bus';
import { labelsSchema } from '@corral/contracts';
import type { JoinAnswer, JoinRequest } from '@corral/contracts/http';
import { AuditService } from '../audit/audit.service.js';
import { LoginThrottle } from '../auth/sign-in/login-throttle.service.js';
import { FailureException } from '../common/failure-exception.pure.js';
import { SYSTEM } from '../common/principal.pure.js';
import { Clock } from '../infra/clock.js';
import { NatsAccess } from '../infra/nats-access.js';
import type { Transaction } from '../infra/prisma.service.js';
import { NodesService } from '../nodes/nodes.service.js';
import { EnrolledNodesRepository } from './enrolled-nodes.repository.js';
import { hashJoinToken } from './join-token.js';
import { JoinTokensRepository } from './join-tokens.repository.js';
import { noAuthority } from './no-authority.js';
import { isReachableFrom } from './reachable.pure.js';

/** Where the machine is. */
interface Caller {
  requestId: string;
  address: string;
}

@Injectable()
export class EnrolmentService {
  constructor(
    private readonly tokens: JoinTokensRepository,
    private readonly enrolled: EnrolledNodesRepository,
    private readonly nodes: NodesService,
    private readonly nats: NatsAccess,
    private readonly throttle: LoginThrottle,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /**
   * Throws `permission_denied` for a token that is unknown, used or too old, `conflict` when this
   * node cannot be let in (the token can still be used then), and `rate_limit_exceeded` after many
   * tries from one address.
   */
  async join(request: JoinRequest, from: Caller): Promise<JoinAnswer> {
    const admitted = await this.throttle.joinFrom(from.address);
    const { authority, login, workerServers } = this.nats;
    if (authority === null) throw noAuthority();
    const { nodeId, publicKey } = request;
    if (!isUserPublicKey(publicKey))
      throw refused('invalid_value', 'It is no NATS user key.', 'publicKey');
    if (!isReachableFrom(workerServers, from.address)) throw onlyHere(workerServers);
    const jwt = await issueWorkerJwt(authority, nodeId, publicKey);
    await this.enrolled.transaction((tx) => this.enrol(tx, request, from));
    await admitted.succeeded();
    return { nodeId, natsUrl: workerServers, jwt, ca: login.ca ?? null };
  }

  private async enrol(tx: Transaction, request: JoinRequest, from: Caller): Promise<void> {
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

function refused(
  code: 'permission_denied' | 'conflict' | 'invalid_value',
  message: string,
  param?: string,
): FailureException {
  return new FailureException({ code, message, param });
}

function onlyHere(servers: string): FailureException {
  return refused(
    'conflict',
    `Other machines do not reach the NATS server of this Corral (${servers}). Start it with \`corral up --host 0.0.0.0\`, run a server that they reach (\`corral nats init\`), or name its address with CORRAL_WORKER_NATS_URL; the token can still be used.`,
  );
}
