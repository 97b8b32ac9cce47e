import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { allRefuse } from './refused.js';

const LIMIT_MS = 300;

describe('a server', () => {
  let server: Server;
  let listening: string;
  let refusing: string;

  beforeAll(async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    refusing = `nats://127.0.0.1:${(closed.address() as AddressInfo).port}`;
    closed.close();
    await once(closed, 'close');
    server = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    listening = `nats://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  it('refuses where nothing listens, with or without a scheme', async () => {
    expect(await allRefuse([refusing], LIMIT_MS)).toBe(true);
    expect(await allRefuse([refusing.replace('nats://', '')], LIMIT_MS)).toBe(true);
  });

  it('does not refuse when it takes connections, though another does refuse', async () => {
    expect(await allRefuse([listening], LIMIT_MS)).toBe(false);
    expect(await allRefuse([refusing, listening], LIMIT_MS)).toBe(false);
  });

  it('does not refuse when it cannot be found', async () => {
    // A name that is never given out (RFC 6761).
    expect(await allRefuse(['nats://nobody.invalid:4222'], LIMIT_MS)).toBe(false);
  });

  it('does not refuse when there is none', async () => {
    expect(await allRefuse([], LIMIT_MS)).toBe(false);
  });
});
