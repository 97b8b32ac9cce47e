/** The ports of the embedded servers: free ones, and the same again next time where possible. */
import { join } from 'node:path';
import { z } from 'zod';
import { freePort } from '../processes/free-port.js';
import { readFileIfAny, writePrivateFile } from './private-file.js';

const portsSchema = z.object({ postgres: z.int(), nats: z.int() });
export type EmbeddedPorts = z.infer<typeof portsSchema>;

export async function rememberedPorts(runDir: string, host = '127.0.0.1'): Promise<EmbeddedPorts> {
  const file = join(runDir, 'ports.json');
  const text = readFileIfAny(file);
  const before = text === undefined ? undefined : portsSchema.safeParse(JSON.parse(text)).data;
  const ports = {
    postgres: await freePort(before?.postgres, host),
    nats: await freePort(before?.nats, host),
  };
  writePrivateFile(file, JSON.stringify(ports));
  return ports;
}
