import type { FastifyInstance } from 'fastify';

/**
 * Closes each connection with the end of its answer once the server stops. The server closes those
 * that are idle at that moment; one that is answering would afterwards be kept for another request,
 * and hold the stop up until its keep-alive time-out.
 */
export function closeConnectionsWhenStopping(server: FastifyInstance): void {
  let stopping = false;
  server.addHook('preClose', (done) => {
    stopping = true;
    done();
  });
  server.addHook('onResponse', (request, _reply, done) => {
    if (stopping) request.raw.socket.end();
    done();
  });
}
