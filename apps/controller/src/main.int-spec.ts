import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startNats, startPostgres, type NatsServer, type PostgresServer } from '@corral/testing';

/** The built program: what it does as a process cannot be seen from inside one. */
const MAIN = resolve(import.meta.dirname, '../dist/main.js');

type Message = { type: 'ready'; url: string } | { type: 'first-admin'; apiKey: string };

/** A controller process: what it said to its parent, what it wrote, and how it ended. */
class Started {
  readonly messages: Message[] = [];
  output = '';
  readonly exitCode: Promise<number | null>;

  constructor(readonly child: ChildProcess) {
    child.on('message', (message: Message) => this.messages.push(message));
    child.stdout?.on('data', (text: Buffer) => (this.output += text.toString()));
    child.stderr?.on('data', (text: Buffer) => (this.output += text.toString()));
    this.exitCode = once(child, 'exit').then(([code]) => code as number | null);
  }

  async url(): Promise<string> {
    for (;;) {
      const ready = this.messages.find((message) => message.type === 'ready');
      if (ready !== undefined) return ready.url;
      await Promise.race([
        once(this.child, 'message'),
        this.exitCode.then(() => Promise.reject(new Error(this.output))),
      ]);
    }
  }

  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    return this.exitCode;
  }
}

describe('the controller process', () => {
  let postgres: PostgresServer;
  let nats: NatsServer;
  let databaseUrl: string;
  let consoleDir: string;

  beforeAll(async () => {
    [postgres, nats] = await Promise.all([startPostgres(), startNats()]);
    consoleDir = mkdtempSync(join(tmpdir(), 'corral-console-'));
    mkdirSync(join(consoleDir, '_next/static'), { recursive: true });
    const files = {
      'index.html': 'the overview',
      'sign-in.html': 'the form',
      '_next/static/a.js': '1',
      'csp.json': JSON.stringify({ 'sign-in.html': ['sha256-abc='] }),
    };
    for (const [file, text] of Object.entries(files)) writeFileSync(join(consoleDir, file), text);
  });
  beforeEach(async () => {
    databaseUrl = await postgres.createDatabase(`db${Math.trunc(performance.now())}`);
  });
  afterAll(async () => {
    await postgres.remove();
    await nats.stop();
    rmSync(consoleDir, { recursive: true });
  });

  function start(environment: Record<string, string> = {}): Started {
    return new Started(
      fork(MAIN, {
        silent: true,
        env: {
          PATH: process.env.PATH,
          DATABASE_URL: databaseUrl,
          NATS_URL: nats.url,
          CORRAL_PORT: '0',
          CORRAL_AUTH_SECRET: 'signs the sessions of a spec',
          CORRAL_CONSOLE_DIR: consoleDir,
          ...environment,
        },
      }),
    );
  }

  it('tells its parent, and nobody else, the first admin once, then that it is ready', async () => {
    const first = start();
    await first.url();
    expect(first.messages.map(({ type }) => type)).toEqual(['first-admin', 'ready']);
    expect(await first.stop()).toBe(0);
    const [admin] = first.messages as { password?: string; apiKey?: string }[];
    for (const secret of [admin?.password, admin?.apiKey]) {
      expect(secret).toEqual(expect.any(String));
      expect(first.output).not.toContain(secret);
    }
    const second = start();
    await second.url();
    expect(second.messages.map(({ type }) => type)).toEqual(['ready']);
    expect(await second.stop()).toBe(0);
  });

  it('ends when its parent does, before it is ready and after', async () => {
    const starting = start();
    starting.child.disconnect();
    expect(await starting.exitCode).toBe(1);
    const running = start();
    await running.url();
    running.child.disconnect();
    expect(await running.exitCode).toBe(0);
  });

  it('says that its port is taken, and keeps the first admin for the next start', async () => {
    const taker = createServer().listen(0, '127.0.0.1');
    await once(taker, 'listening');
    const address = taker.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const refused = start({ CORRAL_PORT: port });
    expect(await refused.exitCode).toBe(1);
    expect(refused.output).toContain(`Port ${port} is taken`);
    expect(refused.messages).toEqual([]);
    taker.close();
    await once(taker, 'close');
    const next = start({ CORRAL_PORT: port });
    await next.url();
    expect(next.messages[0]).toMatchObject({ type: 'first-admin' });
    await next.stop();
  });

  it('names every setting that is wrong, without a stack', async () => {
    const controller = start({ CORRAL_AUTH_SECRET: 'short', NATS_URL: '' });
    expect(await controller.exitCode).toBe(1);
    expect(controller.output).toMatch(/CORRAL_AUTH_SECRET[^]*NATS_URL/);
    expect(controller.output).not.toMatch(/\bat .*\.js:\d+/);
  });

  it('serves the console, each page with its own policy', async () => {
    const controller = start();
    const url = await controller.url();
    const get = async (path: string) => {
      const response = await fetch(url + path);
      return { status: response.status, text: await response.text(), headers: response.headers };
    };
    expect(await get('/')).toMatchObject({ status: 200, text: 'the overview' });
    for (const path of ['/sign-in', '/sign-in.html', '/sign-in?next=%2F']) {
      const { status, text, headers } = await get(path);
      expect([status, text]).toEqual([200, 'the form']);
      expect(headers.get('content-security-policy')).toContain("script-src 'self' 'sha256-abc='");
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('cache-control')).toBe('no-store');
    }
    const script = await get('/_next/static/a.js');
    expect(script.headers.get('cache-control')).toContain('immutable');
    for (const path of ['/nothing', '/..%2f..%2fetc/passwd', '/_next/', '/.env']) {
      expect((await get(path)).status).toBeGreaterThanOrEqual(400);
    }
    await controller.stop();
  });
});
