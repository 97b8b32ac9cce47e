import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { EXIT } from '../cli-error.js';
import { AdminServer, TOKEN } from '../testing/admin-server.js';
import { AdminConnection } from './admin-connection.js';

describe('A call of the admin API', () => {
  let server: AdminServer;
  let connection: AdminConnection;
  beforeEach(async () => {
    server = await AdminServer.start();
    connection = new AdminConnection(server.url, TOKEN);
  });
  afterEach(() => server.stop());

  it('gives the answer, parsed by its contract', async () => {
    server.answer('GET /x', { data: [1, 2] });

    expect(await connection.list('/x', z.int())).toEqual([1, 2]);
  });

  it('fails when the answer is not what the contract says', async () => {
    server.answer('GET /x', { data: ['1'] });

    await expect(connection.list('/x', z.int())).rejects.toMatchObject({ exitCode: EXIT.fault });
  });

  it('is refused in the words of the controller, and says how to give a token', async () => {
    const stranger = new AdminConnection(server.url, 'wrong');

    await expect(stranger.call('GET', '/x', z.unknown())).rejects.toMatchObject({
      message: 'Sign in, or give a token.',
      exitCode: EXIT.refused,
      hint: expect.stringContaining('--token'),
    });
  });

  it('says that nobody answers', async () => {
    await server.stop();
    const call = connection.call('GET', '/x', z.unknown());

    await expect(call).rejects.toMatchObject({ exitCode: EXIT.unreachable });
    server = await AdminServer.start();
  });

  it('is given up when it takes too long', async () => {
    const silent = await listening(createServer(() => undefined));
    const call = new AdminConnection(silent.url, TOKEN).call('GET', '/x', z.unknown(), {
      timeoutMs: 50,
    });

    await expect(call).rejects.toThrow(/nothing within 0.05 s/);
    await silent.stop();
  });
});

describe('A download', () => {
  it('fails when it breaks off half way', async () => {
    const broken = await listening(
      createServer((_, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('half', () => response.destroy());
      }),
    );
    const pieces = new AdminConnection(broken.url, TOKEN).download('/x');

    await expect(textOf(pieces)).rejects.toMatchObject({ exitCode: EXIT.unreachable });
    await broken.stop();
  });
});

async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += Buffer.from(piece).toString();
  return text;
}

async function listening(server: Server): Promise<{ url: string; stop: () => Promise<void> }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
