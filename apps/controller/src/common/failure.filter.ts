/** The one place where errors become responses; the body's shape is the dialect's. */
import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { ERRORS } from '@corral/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorDialectOf } from './answers-errors-in.decorator.js';
import { plainErrors, type ErrorDialect } from './error-dialect.pure.js';
import { describeFailure } from './failure-of.js';

@Catch()
export class FailureFilter implements ExceptionFilter {
  private readonly logger = new Logger(FailureFilter.name);

  /** @param dialects for paths that no route has: the first that claims one answers it. */
  constructor(private readonly dialects: readonly ErrorDialect[]) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { status, failure, retryAfterMs, limits, isFault } = describeFailure(error);
    if (isFault) {
      this.logger.error({
        requestId: request.id,
        error: error instanceof Error ? error.stack : String(error),
      });
    }
    if (reply.sent || reply.raw.headersSent) return;
    const dialect = this.dialectOf(request);
    reply.headers(dialect.limitHeaders(limits));
    if (retryAfterMs !== null) reply.header('retry-after', Math.ceil(retryAfterMs / 1000));
    // SDKs try again after every 5xx, 409 and 429 unless told otherwise.
    if (!ERRORS[failure.code].retryable) reply.header('x-should-retry', 'false');
    reply.status(status).type('application/json; charset=utf-8').send(dialect.body(failure));
  }

  private dialectOf(request: FastifyRequest): ErrorDialect {
    const declared = errorDialectOf(request);
    if (declared !== null) return declared;
    const isRoute = request.routeOptions.url !== undefined;
    const claiming = isRoute ? undefined : this.dialects.find((one) => one.claims(request.url));
    return claiming ?? plainErrors;
  }
}
