import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { EXIT } from '../cli-error.js';
import { requireServer } from './require-server.js';

/** Nothing can listen there: port 1 needs root, and no test machine serves tcpmux. */
const NOBODY = 'nats://127.0.0.1:1';

describe("A server of the user's own", () => {
  let server: Server;
  let url: string;
  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `nats://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.close();
  });

  it('is taken when it answers', async () => {
    await expect(requireServer('NATS_URL', url, 4222)).resolves.toBeUndefined();
  });

  it('may be any of several', async () => {
    await expect(requireServer('NATS_URL', `${NOBODY}, ${url}`, 4222)).resolves.toBeUndefined();
  });

  it('is missed with its address, the reason and the variable that named it', async () => {
    await expect(requireServer('NATS_URL', NOBODY, 4222)).rejects.toMatchObject({
      message: 'Nothing answers at 127.0.0.1:1 (ECONNREFUSED).',
      hint: expect.stringContaining('unset NATS_URL'),
      exitCode: EXIT.unreachable,
    });
  });
});
