/**
 * Whether a machine could come to a NATS server at all. A server on the loopback interface is only
 * there for its own machine; to say so beforehand saves a token and a long wait. Pure.
 */

/**
 * @param servers `nats://host:port`, separated by commas
 * @param address of the machine, as its request came
 */
export function isReachableFrom(servers: string, address: string): boolean {
  return isLoopback(address) || !servers.split(',').every((server) => isLoopback(hostOf(server)));
}

function hostOf(server: string): string {
  const url = server.trim();
  return new URL(url.includes('://') ? url : `nats://${url}`).hostname;
}

/** IPv4's may come in IPv6's clothes, and IPv6's in brackets. */
function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').replace(/^::ffff:/, '');
  return bare === 'localhost' || bare === '::1' || bare.startsWith('127.');
}
