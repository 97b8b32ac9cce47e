/**
 * A whole Corral for a test: `corral up` in a process of its own, on a data folder and ports of
 * its own. Everything is real; what a test knows, it learns from the outside.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import OpenAI from 'openai';
import { z } from 'zod';
import { freePort } from '@corral/testing';
import {
  overviewSchema,
  requestRowSchema,
  type Overview,
  type RequestRow,
} from '@corral/contracts/http';

const CLI = resolve(import.meta.dirname, '../../apps/cli/bin/corral.mjs');
const START_TIMEOUT_MS = 120_000;
/** `corral up` promises to be down within 10 s of Ctrl-C. */
const STOP_TIMEOUT_MS = 15_000;

export interface ReadyEvent {
  event: 'ready';
  url: string;
  apiKey?: string;
  model: string;
  adminEmail?: string;
  adminPassword?: string;
}

export interface StartOptions {
  /** Data folder; default: a fresh one, removed at the end. */
  home?: string;
  port?: number;
  env?: Record<string, string>;
  args?: string[];
}

export class Corral {
  private constructor(
    readonly process: ChildProcess,
    readonly home: string,
    readonly port: number,
    readonly ready: ReadyEvent,
    readonly startMs: number,
    private readonly ownsHome: boolean,
  ) {}

  /** Resolves when it says that it is ready. Throws with what it wrote when it ends before. */
  static async start(options: StartOptions = {}): Promise<Corral> {
    const home = options.home ?? (await mkdtemp(join(tmpdir(), 'corral e2e ')));
    const port = options.port ?? (await freePort());
    const startedAt = performance.now();
    const child = spawn(
      process.execPath,
      [CLI, 'up', '--json', '--home', home, '--port', String(port), ...(options.args ?? [])],
      { env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const ready = await readyEventOf(child);
    const startMs = performance.now() - startedAt;
    return new Corral(child, home, port, ready, startMs, options.home === undefined);
  }

  get url(): string {
    return this.ready.url;
  }

  get model(): string {
    return this.ready.model;
  }

  get apiKey(): string {
    if (this.ready.apiKey === undefined) throw new Error('only a first start prints a key');
    return this.ready.apiKey;
  }

  /** The official client, without its own retries: a test wants to see each answer. */
  client(options: { apiKey?: string; maxRetries?: number } = {}): OpenAI {
    return new OpenAI({
      baseURL: `${this.url}/v1`,
      apiKey: options.apiKey ?? this.apiKey,
      maxRetries: options.maxRetries ?? 0,
    });
  }

  async adminToken(): Promise<string> {
    return (await readFile(join(this.home, 'secrets', 'admin-token'), 'utf8')).trim();
  }

  async admin(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${await this.adminToken()}`);
    if (init.body !== undefined) headers.set('content-type', 'application/json');
    return fetch(`${this.url}/admin/v1${path}`, { ...init, headers });
  }

  async overview(): Promise<Overview> {
    return overviewSchema.parse(await (await this.admin('/overview')).json());
  }

  /** The latest usage rows, newest first. */
  async requests(): Promise<RequestRow[]> {
    const body = (await (await this.admin('/requests?limit=200')).json()) as { data: unknown[] };
    return body.data.map((row) => requestRowSchema.parse(row));
  }

  /** The process id of `controller`, `worker`, `nats` or `postgres`, as `corral up` keeps it. */
  async pidOf(name: string): Promise<number> {
    const file = await readFile(join(this.home, 'run', 'processes.json'), 'utf8');
    const processes = z.array(z.object({ name: z.string(), pid: z.int() })).parse(JSON.parse(file));
    const found = processes.find((process) => process.name === name);
    if (found === undefined) throw new Error(`no process ${name} among ${file}`);
    return found.pid;
  }

  /** What a second controller needs to join: its servers and secrets, as environment variables. */
  async controllerEnvironment(): Promise<Record<string, string>> {
    const secret = async (name: string): Promise<string> =>
      (await readFile(join(this.home, 'secrets', name), 'utf8')).trim();
    const ports = z
      .object({ postgres: z.int(), nats: z.int() })
      .parse(JSON.parse(await readFile(join(this.home, 'run', 'ports.json'), 'utf8')));
    return {
      CORRAL_AUTH_SECRET: await secret('auth-secret'),
      CORRAL_ADMIN_TOKEN: await secret('admin-token'),
      DATABASE_URL: `postgresql://corral:${await secret('database-password')}@127.0.0.1:${ports.postgres}/corral`,
      NATS_URL: `nats://127.0.0.1:${ports.nats}`,
      NATS_AUTHORITY_FILE: join(this.home, 'secrets', 'nats-authority.json'),
    };
  }

  /** Ctrl-C, and what a person would see of it. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<{ code: number | null; ms: number }> {
    const startedAt = performance.now();
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const exited = once(this.process, 'exit', { signal: AbortSignal.timeout(STOP_TIMEOUT_MS) });
      this.process.kill(signal);
      await exited;
    }
    const ms = performance.now() - startedAt;
    if (this.ownsHome) await rm(this.home, { recursive: true, force: true });
    return { code: this.process.exitCode, ms };
  }
}

/** Polls until `look` gives something; throws with `what` after the time limit. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  timeoutMs = 20_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`not seen within ${timeoutMs} ms: ${what}`);
    await new Promise((wake) => setTimeout(wake, 25));
  }
}

function readyEventOf(child: ChildProcess): Promise<ReadyEvent> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('no pipes');
  const written: string[] = [];
  stderr.on('data', (chunk: Buffer) => written.push(chunk.toString()));
  return new Promise((resolveReady, reject) => {
    const fail = (why: string): void => {
      child.kill('SIGKILL');
      reject(new Error(`corral up: ${why}\n${written.join('').slice(-4000)}`));
    };
    const timer = setTimeout(() => fail('not ready in time'), START_TIMEOUT_MS);
    child.once('exit', (code) => fail(`ended with code ${code}`));
    createInterface({ input: stdout }).on('line', (line) => {
      written.push(`${line}\n`);
      const event = JSON.parse(line) as { event: string };
      if (event.event !== 'ready') return;
      clearTimeout(timer);
      child.removeAllListeners('exit');
      resolveReady(event as ReadyEvent);
    });
  });
}
