/** The one place where errors become responses; the body's shape is the dialect's. */
import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { ERRORS, type Failure } from '@corral/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { describeFailure } from './failure-of.js';

/** How a part of the API shows its errors. */
export interface ErrorDialect {
  /** Paths that begin with it are its. */
  prefix: string;
  body(failure: Failure): object;
}

@Catch()
export class FailureFilter implements ExceptionFilter {
  private readonly logger = new Logger(FailureFilter.name);

  /** @param dialects the first whose prefix fits shapes the body; else it is the admin API's. */
  constructor(private readonly dialects: readonly ErrorDialect[]) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { status, failure, retryAfterMs, headers, isFault } = describeFailure(error);
    if (isFault) {
      this.logger.error({
        requestId: request.id,
        error: error instanceof Error ? error.stack : String(error),
      });
    }
    if (reply.sent || reply.raw.headersSent) return;
    reply.headers(headers);
    if (retryAfterMs !== null) reply.header('retry-after', Math.ceil(retryAfterMs / 1000));
    // SDKs try again after every 5xx, 409 and 429 unless told otherwise.
    if (!ERRORS[failure.code].retryable) reply.header('x-should-retry', 'false');
    const dialect = this.dialects.find(({ prefix }) => request.url.startsWith(prefix));
    reply
      .status(status)
      .type('application/json; charset=utf-8')
      .send(dialect?.body(failure) ?? { error: failure });
  }
}
