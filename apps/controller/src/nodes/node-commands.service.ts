/** Orders to workers, over the control plane. */
import { Injectable } from '@nestjs/common';
import { ClientNats } from '@nestjs/microservices';
import {
  nodeOpReplySchema,
  nodeSubject,
  type AssignCommand,
  type NodeOp,
  type NodeOpReply,
} from '@corral/contracts';
import { firstValueFrom, timeout } from 'rxjs';
import { FailureException } from '../common/failure-exception.pure.js';

const OP_TIMEOUT_MS = 10_000;

type Success = Extract<NodeOpReply, { ok: true }>;

@Injectable()
export class NodeCommandsService {
  constructor(private readonly client: ClientNats) {}

  /** Best effort: what is lost is sent again a second later. */
  assign(nodeId: string, command: AssignCommand): void {
    this.client.emit(nodeSubject('assign', nodeId), command).subscribe({
      // The next round sends it again.
      error: () => undefined,
    });
  }

  /**
   * Throws {@link FailureException} with the node's reason, or when it does not answer within
   * `timeoutMs` (default 10 s).
   */
  async op(nodeId: string, op: NodeOp, timeoutMs = OP_TIMEOUT_MS): Promise<Success> {
    let answer: unknown;
    try {
      answer = await firstValueFrom(
        this.client.send<unknown>(nodeSubject('op', nodeId), op).pipe(timeout(timeoutMs)),
      );
    } catch {
      throw new FailureException(
        { code: 'dependency_unavailable', message: `Node ${nodeId} does not answer.` },
        5_000,
      );
    }
    const reply = nodeOpReplySchema.parse(answer);
    if (!reply.ok) throw new FailureException(reply.failure);
    return reply;
  }
}
