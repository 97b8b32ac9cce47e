/** The control plane's way in: what controllers order this node to be, and ask of it. */
import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import {
  assignCommandSchema,
  NODE_SUBJECTS,
  nodeOpSchema,
  type AssignCommand,
  type NodeOp,
  type NodeOpReply,
} from '@corral/contracts';
import { SchemaPipe } from '../infra/schema.pipe.js';
import { HeartbeatService } from './heartbeat.service.js';
import { NodeOpService } from './node-op.service.js';
import { ReconcileService } from './reconcile.service.js';

@Controller()
export class AgentController {
  constructor(
    private readonly reconcile: ReconcileService,
    private readonly heartbeat: HeartbeatService,
    private readonly ops: NodeOpService,
  ) {}

  /** The heartbeat that follows echoes the generation. */
  @EventPattern(NODE_SUBJECTS.assign)
  assign(@Payload(new SchemaPipe(assignCommandSchema)) command: AssignCommand): void {
    this.reconcile.assign(command);
    this.heartbeat.beatSoon();
  }

  @MessagePattern(NODE_SUBJECTS.op)
  op(@Payload(new SchemaPipe(nodeOpSchema)) op: NodeOp): Promise<NodeOpReply> {
    return this.ops.carryOut(op);
  }
}
