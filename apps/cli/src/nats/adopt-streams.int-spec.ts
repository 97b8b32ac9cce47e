/** An older data folder's NATS store, taken over by a server with keys. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  connectBus,
  issueControllerCreds,
  makeNatsAuthority,
  natsServerConfig,
  type Bus,
  type WorkQueue,
} from '@corral/bus';
import { startNats } from '@corral/testing';
import { z } from 'zod';
import { adoptStreams } from './adopt-streams.js';

const schema = z.object({ n: z.int() });
const SUBJECT = 'corral.usage.requests';

function queueOf(bus: Bus): Promise<WorkQueue<typeof schema>> {
  const options = { stream: 'CORRAL_USAGE', subjects: [SUBJECT], consumer: 'ledger' };
  return bus.workQueue(schema, { ...options, maxBytes: 1_000_000, dedupeMs: 60_000 });
}

describe('the streams of a NATS server with passwords', () => {
  it('are all there in a server with keys', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'corral-adopt-'));
    const storeDir = join(folder, 'jetstream');
    const config = join(folder, 'nats.conf');
    await writeFile(
      config,
      `jetstream { store_dir: "${storeDir}" }
authorization { users: [{ user: controller, password: "c" }] }`,
    );
    const old = await startNats(['-c', config]);
    const before = await connectBus({
      servers: old.url,
      name: 'spec',
      user: 'controller',
      pass: 'c',
    });
    await queueOf(before);
    await before.publishDurable(SUBJECT, schema, { n: 42 }, { id: 'one' });
    await before.close();
    await old.remove();

    const authority = await makeNatsAuthority();
    adoptStreams(storeDir, authority);
    const settings = { listen: '127.0.0.1:0', storeDir, accountsDir: join(folder, 'accounts') };
    await writeFile(config, natsServerConfig(settings, authority));
    const server = await startNats(['-c', config]);
    const creds = await issueControllerCreds(authority);
    const bus = await connectBus({ servers: server.url, name: 'spec', creds });
    const queue = await queueOf(bus);
    const taken = await new Promise<{ n: number }[]>((resolve) => {
      void queue.consume(async (batch) => resolve(batch));
    });
    expect(taken).toEqual([{ n: 42 }]);

    await queue.stop();
    await bus.close();
    await server.remove();
    await rm(folder, { recursive: true });
  }, 30_000);

  it('stay where they are when there are none, or keys were there before', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'corral-adopt-'));
    const authority = await makeNatsAuthority();
    expect(() => adoptStreams(join(folder, 'jetstream'), authority)).not.toThrow();
    await rm(folder, { recursive: true });
  });
});
