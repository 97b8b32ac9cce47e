import { Controller, Logger } from '@nestjs/common';
import { Ctx, EventPattern, NatsContext, Payload } from '@nestjs/microservices';
import { ALL_HEARTBEATS, heartbeatSchema, nodeSubject } from '@corral/contracts';
import { NodesService } from '../nodes.service.js';

/** The control plane's way in: every worker's heartbeat. */
@Controller()
export class HeartbeatController {
  private readonly logger = new Logger(HeartbeatController.name);

  constructor(private readonly nodes: NodesService) {}

  @EventPattern(ALL_HEARTBEATS)
  onHeartbeat(@Payload() payload: unknown, @Ctx() context: unknown): void {
    const heartbeat = heartbeatSchema.safeParse(payload);
    if (!heartbeat.success) {
      return this.logger.warn(`dropped a heartbeat: ${heartbeat.error.issues[0]?.message}`);
    }
    const { nodeId } = heartbeat.data;
    const subject = context instanceof NatsContext ? context.getSubject() : '';
    if (subject !== nodeSubject('heartbeat', nodeId)) {
      return this.logger.warn(`dropped a heartbeat on ${subject} that names node ${nodeId}`);
    }
    if (!this.nodes.isRevoked(nodeId)) this.nodes.onHeartbeat(heartbeat.data);
  }
}
