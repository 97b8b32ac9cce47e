/**
 * Whether a machine could come to a NATS server at all. A server on the loopback interface is only
 * there for its own machine; to say so beforehand saves a token and a long wait. Pure.
 */
import { bracketed, isLoopbackHost, isWildcardHost } from '@corral/contracts';

/**
 * @param servers `nats://host:port`, separated by commas
 * @param address of the machine, as its request came
 */
export function isReachableFrom(servers: string, address: string): boolean {
  return (
    isLoopbackHost(address) || !servers.split(',').every((server) => isLoopbackHost(hostOf(server)))
  );
}

function hostOf(server: string): string {
  const url = server.trim();
  return new URL(url.includes('://') ? url : `nats://${url}`).hostname;
}

/**
 * The address at which other machines reach a controller, for a person who asked it on its own
 * machine.
 *
 * @param asked `http://host:port`, as it was asked
 * @param host on which it listens
 * @param addresses of its machine's interfaces, loopback ones left out
 */
export function addressForOthers(
  asked: string,
  host: string,
  addresses: readonly string[],
): string {
  const url = new URL(asked);
  const [first] = addresses;
  if (first === undefined || !isWildcardHost(host) || !isLoopbackHost(url.hostname)) return asked;
  url.hostname = bracketed(first);
  return url.origin;
}
