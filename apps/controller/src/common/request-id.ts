import type { FastifyInstance } from 'fastify';
import { v7 as uuidv7 } from 'uuid';

/** Sorts by time, so that usage rows do. */
export function newRequestId(): string {
  return `req_${uuidv7().replaceAll('-', '')}`;
}

/** Every response says which request it answers, errors of every kind included. */
export function sendRequestIds(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
}
