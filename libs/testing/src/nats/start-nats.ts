/** A real NATS server for one spec, on a free port. `nats-server` has to be on the PATH. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../free-port.js';

export interface NatsServer {
  url: string;
  /** Ends it at once. */
  stop(): Promise<void>;
  /** Starts it again, on the same port. */
  start(): Promise<void>;
}

/** Resolves when it takes connections. Throws with what it wrote when it does not start. */
export async function startNats(): Promise<NatsServer> {
  const port = await freePort();
  let server = await run(port);
  return {
    url: `nats://127.0.0.1:${port}`,
    start: async () => {
      server = await run(port);
    },
    stop: async () => {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
    },
  };
}

async function run(port: number): Promise<ChildProcess> {
  const server = spawn('nats-server', ['-a', '127.0.0.1', '-p', String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`nats-server did not start:\n${log}`)));
    server.stderr.on('data', (text: Buffer) => {
      log += text.toString();
      if (log.includes('Server is ready')) resolve();
    });
  });
  return server;
}
