import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';

/**
 * `req_` and 32 hexadecimal digits: 12 of the time in milliseconds, so that ids sort as requests
 * came, and 20 of chance (Node hands those out from a pool, which matters on this path).
 */
export function newRequestId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `req_${time}${randomUUID().replaceAll('-', '').slice(12)}`;
}

/** Every response says which request it answers, errors of every kind included. */
export function sendRequestIds(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
}
