/** TCP ports on this machine's loopback or another of its addresses. */
import { createServer } from 'node:net';

/** Null when the port can be listened on; otherwise the system's error code (`EADDRINUSE`, …). */
export function portProblem(port: number, host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

/** `preferred` when it is free, otherwise one that the system picks. */
export async function freePort(preferred: number | undefined, host: string): Promise<number> {
  if (preferred !== undefined && (await portProblem(preferred, host)) === null) return preferred;
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port: 0, host }, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
