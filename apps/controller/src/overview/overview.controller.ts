import { setTimeout } from 'node:timers/promises';
import { Controller, Get, Header, Req, Res, type OnModuleDestroy } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Overview } from '@corral/contracts/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequiresRole } from '../common/access.decorator.js';
import { OverviewService } from './overview.service.js';

const INTERVAL_MS = 1_000;

@ApiTags('Overview')
@Controller('admin/v1')
@RequiresRole('admin', 'viewer')
export class OverviewController implements OnModuleDestroy {
  private sequence = 0;
  private readonly stopping = new AbortController();

  constructor(private readonly overview: OverviewService) {}

  /** A stop waits for open answers, and these would never end. */
  onModuleDestroy(): void {
    this.stopping.abort();
  }

  @Get('overview')
  get(): Overview {
    return this.overview.now();
  }

  /**
   * The console's live data: an `overview` event each second. Every event is the whole truth, so a
   * client that missed some needs none of them.
   */
  @Get('events')
  @Header('content-type', 'text/event-stream; charset=utf-8')
  @Header('cache-control', 'no-cache')
  @Header('x-accel-buffering', 'no')
  async *events(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): AsyncIterable<string> {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const over = AbortSignal.any([gone.signal, this.stopping.signal]);
    request.raw.socket.setNoDelay(true);
    yield 'retry: 1000\n\n';
    while (!over.aborted) {
      this.sequence += 1;
      yield `id: ${this.sequence}\nevent: overview\ndata: ${JSON.stringify(this.overview.now())}\n\n`;
      await pause(INTERVAL_MS, over);
    }
  }
}

/** Ends early, without an error, when the signal says so. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => undefined);
}
