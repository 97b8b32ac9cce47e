import { Controller, Get, Header, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Overview } from '@corral/contracts/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequiresAdmin } from '../common/access.decorator.js';
import { OverviewService } from './overview.service.js';

const INTERVAL_MS = 1_000;

@ApiTags('Overview')
@Controller('admin/v1')
@RequiresAdmin()
export class OverviewController {
  private sequence = 0;

  constructor(private readonly overview: OverviewService) {}

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
    request.raw.socket.setNoDelay(true);
    yield 'retry: 1000\n\n';
    while (!gone.signal.aborted) {
      this.sequence += 1;
      yield `id: ${this.sequence}\nevent: overview\ndata: ${JSON.stringify(this.overview.now())}\n\n`;
      await pause(INTERVAL_MS, gone.signal);
    }
  }
}

/** Ends early, without an error, when the signal says so. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
