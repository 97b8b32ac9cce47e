/**
 * Where the file server listens, and under which addresses others are told to ask: pure. A worker
 * whose NATS server is on its own machine listens to that machine alone, and so needs no firewall;
 * any other has come into a network, and listens to it.
 */
import { bracketed, isLoopbackHost, isWildcardHost } from '@corral/contracts';

export interface AddressFacts {
  /** Configured; null: to be decided here. */
  host: string | null;
  /** Configured, under which others reach it; null: to be decided here. */
  url: string | null;
  /** The address by which this machine reaches its NATS server; null where it cannot be told. */
  routeAddress: string | null;
  /** Of the machine's interfaces, loopback ones left out. */
  interfaceAddresses: readonly string[];
}

const MOST_URLS = 8;

/** A host to listen on. */
export function bindHostOf({ host, routeAddress }: AddressFacts): string {
  if (host !== null) return host;
  if (routeAddress === null || isLoopbackHost(routeAddress)) return '127.0.0.1';
  return routeAddress.includes(':') ? '::' : '0.0.0.0';
}

/** The likeliest first; at least one, and 8 at most. */
export function advertisedUrls(facts: AddressFacts, port: number): string[] {
  if (facts.url !== null) return [facts.url];
  const bound = bindHostOf(facts);
  const hosts = isWildcardHost(bound) ? reachable(facts) : [bound];
  return hosts.slice(0, MOST_URLS).map((host) => `http://${bracketed(host)}:${port}`);
}

/** The way to the NATS server is a way that others came as well. */
function reachable({ routeAddress, interfaceAddresses }: AddressFacts): string[] {
  if (routeAddress !== null && !isLoopbackHost(routeAddress)) return [routeAddress];
  return [...interfaceAddresses, '127.0.0.1'];
}

/** Host and port of the first NATS server in a list separated by commas; null for none. */
export function natsEndpoint(servers: string): { host: string; port: number } | null {
  const first = servers.split(',')[0]?.trim() ?? '';
  const url = first.includes('://') ? first : `nats://${first}`;
  if (!URL.canParse(url)) return null;
  const { hostname, port } = new URL(url);
  if (hostname === '') return null;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 4222 : Number(port) };
}
