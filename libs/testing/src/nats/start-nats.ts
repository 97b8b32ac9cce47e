/**
 * A real NATS server with JetStream for one spec, on a free port, its store in a temporary folder.
 * `nats-server` has to be on the PATH.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-port.js';

export interface NatsServer {
  url: string;
  /** Ends it at once; what JetStream holds stays. */
  stop(): Promise<void>;
  /** Starts it again, on the same port and with what JetStream held. */
  start(): Promise<void>;
  /** Ends it and removes what JetStream held. */
  remove(): Promise<void>;
}

/**
 * Resolves when it takes connections. Throws with what it wrote when it does not start.
 * `extraArguments` of nats-server; with a configuration file (`-c`), it says what JetStream does.
 * `host`: the address of this machine that it listens on.
 */
export async function startNats(
  extraArguments: string[] = [],
  host = '127.0.0.1',
): Promise<NatsServer> {
  const port = await freePort();
  const storeDir = await mkdtemp(join(tmpdir(), 'corral-nats-'));
  const address = ['-a', host, '-p', String(port)];
  const store = extraArguments.includes('-c') ? [] : ['-js', '-sd', storeDir];
  const run = () => runServer([...extraArguments, ...address, ...store]);
  let server = await run();
  const stop = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  };
  return {
    url: `nats://${host}:${port}`,
    stop,
    start: async () => {
      server = await run();
    },
    remove: async () => {
      await stop();
      await rm(storeDir, { recursive: true, force: true });
    },
  };
}

async function runServer(args: string[]): Promise<ChildProcess> {
  const server = spawn('nats-server', args, { stdio: ['ignore', 'ignore', 'pipe'] });
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
