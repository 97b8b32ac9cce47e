import { Controller, Logger } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { ALL_HEARTBEATS, heartbeatSchema } from '@corral/contracts';
import { NodesService } from './nodes.service.js';

/** The control plane's way in: every worker's heartbeat. */
@Controller()
export class HeartbeatController {
  private readonly logger = new Logger(HeartbeatController.name);

  constructor(private readonly nodes: NodesService) {}

  @EventPattern(ALL_HEARTBEATS)
  heard(@Payload() payload: unknown): void {
    const heartbeat = heartbeatSchema.safeParse(payload);
    if (heartbeat.success) this.nodes.heard(heartbeat.data);
    else this.logger.warn(`dropped a heartbeat: ${heartbeat.error.issues[0]?.message}`);
  }
}
