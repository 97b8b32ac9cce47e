/** Tells a server that is gone from one that cannot be reached: a machine refuses, a cut wire does not. */
import { connect } from 'node:net';

/** NATS' own, where a URL names none. */
const DEFAULT_PORT = 4222;

/**
 * Whether each of these servers' machines refuses connections: they are there, and nothing listens.
 * False when one takes them, and when one does not answer, cannot be found or cannot be reached:
 * then nothing is known.
 *
 * @param urls `nats://host:port` or `host:port`
 */
export async function allRefuse(urls: readonly string[], timeoutMs: number): Promise<boolean> {
  const refusals = await Promise.all(urls.map((url) => refuses(url, timeoutMs)));
  return refusals.length > 0 && refusals.every(Boolean);
}

function refuses(url: string, timeoutMs: number): Promise<boolean> {
  const { hostname, port } = new URL(url.includes('://') ? url : `nats://${url}`);
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: port === '' ? DEFAULT_PORT : Number(port),
    });
    const settle = (isRefused: boolean): void => {
      socket.destroy();
      resolve(isRefused);
    };
    socket.setTimeout(timeoutMs, () => settle(false));
    socket.once('connect', () => settle(false));
    // A name with several addresses fails with all their faults in one.
    socket.once('error', (fault: NodeJS.ErrnoException) => settle(fault.code === 'ECONNREFUSED'));
  });
}
