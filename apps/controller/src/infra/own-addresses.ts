/** Where this machine is on its networks. */
import { networkInterfaces } from 'node:os';

/** IPv4 before IPv6; loopback and link-local ones left out. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address }) => !internal && !/^(fe80:|169\.254\.)/.test(address))
    .sort((a, b) => a.family.localeCompare(b.family))
    .map(({ address }) => address);
}
