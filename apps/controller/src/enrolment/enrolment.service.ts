/**
 * Lets a machine in, once per token: its key is written down, and it gets credentials for its own
 * subjects. Whatever is wrong with a token, the answer to a stranger is the same.
 */
import { Injectable } from '@nestjs/common';
import { isUserPublicKey, issueWorkerJwt } from '@corral/bus';
import type { JoinAnswer, JoinRequest } from '@corral/contracts/http';
import { LoginThrottle } from '../auth/sign-in/login-throttle.service.js';
import { FailureException } from '../common/failure-exception.pure.js';
import { NatsAccess } from '../infra/nats-access.js';
import { noAuthority } from './no-authority.js';
import { NodeEnroller, type Caller } from './node-enroller.js';
import { isReachableFrom } from './reachable.pure.js';

@Injectable()
export class EnrolmentService {
  constructor(
    private readonly throttle: LoginThrottle,
    private readonly nats: NatsAccess,
    private readonly enroller: NodeEnroller,
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
    await this.enroller.enrol(request, from);
    await admitted.succeeded();
    return { nodeId, natsUrl: workerServers, jwt, ca: login.ca ?? null };
  }
}

function refused(
  code: 'conflict' | 'invalid_value',
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
