import { Controller, Get, Headers, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../common/access.decorator.js';
import { FailureException } from '../common/failure-exception.pure.js';
import { sameText } from '../common/same-text.js';
import { Config } from '../config/config.js';
import { Metrics } from '../infra/metrics.js';
import { NodesService } from '../nodes/nodes.service.js';
import { SchedulingService } from '../scheduling/scheduling.service.js';

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** For Prometheus: with the metrics token where one is set, else from this machine only. */
@ApiExcludeController()
@Controller('metrics')
@Public()
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly scheduling: SchedulingService,
    private readonly nodes: NodesService,
    private readonly config: Config,
  ) {}

  @Get()
  async get(
    @Req() request: FastifyRequest,
    @Headers('authorization') authorization: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { metricsToken } = this.config;
    const allowed =
      metricsToken === null
        ? LOOPBACK.has(request.ip)
        : sameText(authorization ?? '', `Bearer ${metricsToken}`);
    if (!allowed) {
      throw new FailureException({
        code: 'permission_denied',
        message: 'Metrics are for this machine, or for holders of CORRAL_METRICS_TOKEN.',
      });
    }
    const { running, waiting } = this.scheduling.counts;
    this.metrics.requestsRunning.set(running);
    this.metrics.requestsWaiting.set(waiting);
    this.metrics.placementBraked.set(this.nodes.isBraked() ? 1 : 0);
    reply.type(this.metrics.registry.contentType);
    return this.metrics.registry.metrics();
  }
}
