/** What the machine's network says of itself, for `server-address-plan.ts`. */
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';

/**
 * The own address from which packets to that host would go; null where there is no way to it.
 * Connecting a datagram socket asks the routing table, and sends nothing.
 */
export async function routeAddressTo(host: string, port: number): Promise<string | null> {
  const target = await lookup(host).catch(() => null);
  if (target === null) return null;
  const socket = createSocket(target.family === 6 ? 'udp6' : 'udp4');
  try {
    return await new Promise<string | null>((resolve) => {
      socket.once('error', () => resolve(null));
      socket.connect(port, target.address, () => resolve(socket.address().address));
    });
  } finally {
    socket.close();
  }
}

/** Addresses that other machines might reach, link-local ones left out. */
export function interfaceAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .map(({ address }) => address);
}
