/** The ports of the embedded servers: free ones, and the same again next time where possible. */
import { join } from 'node:path';
import { z } from 'zod';
import { freePort } from '../processes/free-port.js';
import { readFileIfAny, writePrivateFile } from '../home/private-file.js';

const portsSchema = z.object({ postgres: z.int(), nats: z.int() });
export type EmbeddedPorts = z.infer<typeof portsSchema>;

/** Resolves with ports that are free on the hosts on which the two are going to listen. */
export async function rememberedPorts(
  runDir: string,
  hosts: Record<keyof EmbeddedPorts, string>,
): Promise<EmbeddedPorts> {
  const file = join(runDir, 'ports.json');
  const text = readFileIfAny(file);
  const before = text === undefined ? undefined : portsSchema.safeParse(JSON.parse(text)).data;
  const ports = {
    postgres: await freePort(before?.postgres, hosts.postgres),
    nats: await freePort(before?.nats, hosts.nats),
  };
  writePrivateFile(file, JSON.stringify(ports));
  return ports;
}
