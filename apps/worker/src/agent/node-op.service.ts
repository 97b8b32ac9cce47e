/** Questions and orders to this node, each answered at once or within a few seconds. */
import { Injectable } from '@nestjs/common';
import type { Failure, NodeOp, NodeOpReply, ReplicaSpec } from '@corral/contracts';
import { EngineTool } from '../infra/engine-tool.js';
import { ModelStoreService } from '../models/model-store.service.js';
import type { EngineAnswer } from '../supervisor/engine-asks.js';
import type { Replica } from '../supervisor/replica.js';
import { ReplicasService } from '../supervisor/replicas.service.js';
import { ReconcileService } from './reconcile.service.js';

@Injectable()
export class NodeOpService {
  constructor(
    private readonly models: ModelStoreService,
    private readonly replicas: ReplicasService,
    private readonly reconcile: ReconcileService,
    private readonly tool: EngineTool,
  ) {}

  async carryOut(op: NodeOp): Promise<NodeOpReply> {
    switch (op.op) {
      case 'import_model':
        this.models.import(op.importId, op.path);
        return { ok: true };
      case 'delete_model':
        return this.deleteModel(op.digest);
      case 'estimate_model':
        return this.estimate(op.digest, op.spec);
      case 'tokenize':
        return this.withReplica(op.replicaId, async ({ engine }) =>
          replyOf(await engine?.tokenize(op.prompt)),
        );
      case 'detokenize':
        return this.withReplica(op.replicaId, async ({ engine }) =>
          replyOf(await engine?.detokenize(op.tokens)),
        );
      case 'tail_logs':
        return this.withReplica(op.replicaId, (replica) =>
          Promise.resolve({ ok: true, lines: replica.lastLines(op.lines) }),
        );
    }
  }

  private async deleteModel(digest: string): Promise<NodeOpReply> {
    const isUsed = this.reconcile.wantsModel(digest) || this.replicas.usesModel(digest);
    const failure = await this.models.delete(digest, isUsed);
    return failure === null ? { ok: true } : refuse(failure);
  }

  private async estimate(digest: string, spec: ReplicaSpec): Promise<NodeOpReply> {
    const model = this.models.find(digest);
    if (model === null) {
      return refuse({ code: 'not_found', message: 'The model file is not on this node.' });
    }
    const answer = await this.tool.estimateModel(model.path, spec);
    if (answer.ok) return { ok: true, estimate: answer.value };
    const code = answer.refused ? 'invalid_request' : 'dependency_unavailable';
    return refuse({ code, message: answer.reason.slice(0, 2000) });
  }

  private async withReplica(
    replicaId: string,
    answer: (replica: Replica) => Promise<NodeOpReply>,
  ): Promise<NodeOpReply> {
    const replica = this.replicas.find(replicaId);
    if (replica !== null) return answer(replica);
    return refuse({ code: 'not_found', message: 'There is no such replica on this node.' });
  }
}

/** Undefined: there is no engine to ask. */
function replyOf(answer: EngineAnswer | undefined): NodeOpReply {
  if (answer === undefined) return refuse(NOT_READY);
  if (!answer.ok) return refuse(answer.failure);
  return { ok: true, tokens: answer.tokens, text: answer.text };
}

function refuse(failure: Failure): NodeOpReply {
  return { ok: false, failure };
}

const NOT_READY: Failure = {
  code: 'model_unavailable',
  message: 'The replica is not ready on this node.',
};
