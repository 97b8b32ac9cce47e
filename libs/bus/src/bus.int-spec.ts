import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { z } from 'zod';
import { connectBus, type Bus } from './index.js';

const ping = z.object({ n: z.int() });
const exchange = { request: ping, reply: z.object({ doubled: z.int() }) };

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

describe('the bus on a real NATS server', () => {
  let server: ChildProcess;
  let bus: Bus;

  beforeAll(async () => {
    const port = await freePort();
    server = spawn('nats-server', ['-a', '127.0.0.1', '-p', String(port)], { stdio: 'pipe' });
    const started = new Promise<void>((resolve) => {
      server.stderr?.on('data', (text: Buffer) => {
        if (text.includes('Server is ready')) resolve();
      });
    });
    await started;
    bus = await connectBus({ servers: `nats://127.0.0.1:${port}`, name: 'spec' });
  });

  afterAll(async () => {
    await bus.close();
    server.kill();
    await once(server, 'exit');
  });

  it('answers a request with what the handler returns', async () => {
    bus.serve('spec.double', exchange, ({ n }) => ({ doubled: 2 * n }));
    expect(await bus.request('spec.double', exchange, { n: 21 }, { timeoutMs: 1000 })).toEqual({
      doubled: 42,
    });
  });

  it('says at once that nobody serves a subject', async () => {
    await expect(
      bus.request('spec.nobody', exchange, { n: 1 }, { timeoutMs: 5000 }),
    ).rejects.toMatchObject({ name: 'BusError', code: 'no_responders' });
  });

  it('says that no answer came in time', async () => {
    bus.serve('spec.slow', exchange, () => new Promise<never>(() => undefined));
    await expect(
      bus.request('spec.slow', exchange, { n: 1 }, { timeoutMs: 50 }),
    ).rejects.toMatchObject({ code: 'timeout' });
  });

  it('delivers payloads that fit and counts those that do not', async () => {
    const heard: unknown[] = [];
    bus.subscribe('spec.news', ping, (payload) => heard.push(payload));
    bus.publish('spec.news', z.object({ n: z.string() }), { n: 'one' });
    bus.publish('spec.news', ping, { n: 2 });
    await bus.flush();
    expect(heard).toEqual([{ n: 2 }]);
    expect(bus.invalidMessages).toBe(1);
  });

  it('refuses an answer that does not fit', async () => {
    bus.serve('spec.liar', { ...exchange, reply: z.unknown() }, () => ({ doubled: 'x' }));
    await expect(
      bus.request('spec.liar', exchange, { n: 1 }, { timeoutMs: 1000 }),
    ).rejects.toMatchObject({ code: 'invalid' });
  });

  it('does not send what the server would refuse for its size', () => {
    const text = 'x'.repeat(bus.maxPayloadBytes + 1);
    expect(() => bus.publish('spec.big', z.string(), text)).toThrow(/max_payload/);
  });
});
