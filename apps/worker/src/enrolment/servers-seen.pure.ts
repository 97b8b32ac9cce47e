/**
 * Where a NATS server is, for a machine that was told "at all my addresses": at the one by which it
 * reached the controller, which runs beside it. Pure.
 */
import { isWildcardHost } from '@corral/contracts';

/**
 * @param controller as this machine reached it, `http://host:port`
 * @param servers as the controller names them, separated by commas
 */
export function serversSeenFrom(controller: string, servers: string): string {
  const { hostname } = new URL(controller);
  return servers
    .split(',')
    .map((server) => {
      if (!URL.canParse(server.trim())) return server;
      const url = new URL(server.trim());
      if (!isWildcardHost(url.hostname)) return server;
      url.hostname = hostname;
      return url.href;
    })
    .join(',');
}
