/** How a controller behaves to its clients once it has been told to stop. */
import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type { Failure } from '@corral/contracts';
import { FailureException } from './failure-exception.pure.js';

export const STOPPING: Failure = {
  code: 'stopping',
  message: 'This controller is being stopped. Send the request again.',
};
export const STOPPING_RETRY_AFTER_MS = 1_000;

/** It is not stuck, and so must not be killed for it. */
const STILL_ANSWERED = '/health/live';

/** Set before anything is taken down, and never taken back. */
@Injectable()
export class StopState {
  isStopping = false;
}

/**
 * New requests are refused, and each connection is closed with the end of its answer: it would
 * afterwards be kept for another request, and hold the stop up until its keep-alive time-out.
 */
export function refuseWhenStopping(server: FastifyInstance, state: StopState): void {
  server.addHook('onRequest', (request, _reply, done) => {
    const isRefused = state.isStopping && request.url !== STILL_ANSWERED;
    done(isRefused ? new FailureException(STOPPING, STOPPING_RETRY_AFTER_MS) : undefined);
  });
  server.addHook('onResponse', (request, _reply, done) => {
    if (state.isStopping) request.raw.socket.end();
    done();
  });
}
