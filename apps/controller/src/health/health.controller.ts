import { Controller, Get, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Bus } from '@corral/bus';
import type { FastifyReply } from 'fastify';
import { Public } from '../common/access.decorator.js';
import { PrismaService } from '../infra/prisma.service.js';

interface Readiness {
  status: 'ready' | 'unready';
  checks: { nats: boolean; database: boolean };
}

@ApiTags('Health')
@Controller('health')
@Public()
export class HealthController {
  constructor(
    private readonly bus: Bus,
    private readonly prisma: PrismaService,
  ) {}

  /** The process turns its event loop. Asks nothing else, so that a restart is never in vain. */
  @Get('live')
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  /** 200 when requests can be taken; 503 with what is missing when not. */
  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Readiness> {
    const checks = { nats: this.bus.isConnected, database: await this.prisma.isReachable() };
    const isReady = checks.nats && checks.database;
    reply.status(isReady ? 200 : 503);
    return { status: isReady ? 'ready' : 'unready', checks };
  }
}
