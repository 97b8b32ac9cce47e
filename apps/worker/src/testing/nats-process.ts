/** A real NATS server on a free port, for one spec. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

export interface NatsProcess {
  url: string;
  /** Ends the server at once; `restart` brings it back on the same port. */
  kill(): Promise<void>;
  restart(): Promise<void>;
}

export async function startNats(extraArguments: string[] = []): Promise<NatsProcess> {
  const port = await freePort();
  const run = () => runServer(port, extraArguments);
  let server = await run();
  return {
    url: `nats://127.0.0.1:${port}`,
    kill: async () => {
      if (server.exitCode !== null || server.signalCode !== null) return;
      server.kill('SIGKILL');
      await once(server, 'exit');
    },
    restart: async () => {
      server = await run();
    },
  };
}

async function runServer(port: number, extra: string[]): Promise<ChildProcess> {
  const server = spawn('nats-server', ['-a', '127.0.0.1', '-p', String(port), ...extra], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.stderr?.on('data', (text: Buffer) => {
      if (text.includes('Server is ready')) resolve();
    });
  });
  return server;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
