/** `corral up` as a person meets it: start, stop, start again, and all that goes wrong with it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '@corral/testing';
import { Corral, eventually } from '../support/corral.js';

const CLI = resolve(import.meta.dirname, '../../apps/cli/bin/corral.mjs');
/** For one start, also of a machine that is busy. */
const START_LIMIT_MS = 180_000;

/** One data folder from its first start on: each test goes on where the one before it ended. */
let home: string;
let corral: Corral;
/** Shown at the first start. */
let apiKey: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'corral home '));
  corral = await Corral.start({ home });
  ({ apiKey } = corral);
}, START_LIMIT_MS);
afterAll(async () => {
  await corral?.stop();
  await rm(home, { recursive: true, force: true });
});

/** Runs a command to its end; gives what it wrote. */
async function corralCommand(...args: string[]): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output: Buffer.concat(chunks).toString() };
}

async function pids(): Promise<number[]> {
  const file = await readFile(join(home, 'run', 'processes.json'), 'utf8');
  return (JSON.parse(file) as { pid: number }[]).map(({ pid }) => pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('corral up', () => {
  it('keeps its secrets to its owner', async () => {
    const names = await readdir(join(home, 'secrets'));
    expect(names).not.toEqual([]);
    for (const name of names) {
      expect([name, (await stat(join(home, 'secrets', name))).mode & 0o077]).toEqual([name, 0]);
    }
  });

  it('is refused on a data folder that is in use, and names who uses it', async () => {
    const other = await corralCommand('up', '--home', home, '--port', String(await freePort()));
    expect(other.code).not.toBe(0);
    expect(other.output).toContain(String(corral.process.pid));
  });

  it(
    'is down within 10 s of Ctrl-C, and starts again with the same key valid, which it shows once',
    async () => {
      const started = await pids();
      expect(started.length).toBeGreaterThanOrEqual(4);
      const { code, ms } = await corral.stop('SIGINT');
      expect(code).toBe(0);
      expect(ms).toBeLessThan(10_000);
      expect(started.filter(isAlive)).toEqual([]);

      corral = await Corral.start({ home });
      expect(corral.ready.apiKey).toBeUndefined();
      const models = await corral.client({ apiKey }).models.list();
      expect(models.data.map(({ id }) => id)).toEqual([corral.model]);
    },
    START_LIMIT_MS,
  );

  it('shows status, makes, lists and revokes keys, and speaks JSON', async () => {
    const run = async (...args: string[]): Promise<unknown> => {
      const { code, output } = await corralCommand(...args, '--home', home, '--json');
      expect([args.join(' '), code, output]).toEqual([args.join(' '), 0, expect.any(String)]);
      return JSON.parse(output);
    };
    expect(await run('status')).toMatchObject({ status: 'ready' });
    const created = (await run('keys', 'create', 'laptop')) as { id: string; apiKey: string };
    const client = corral.client({ apiKey: created.apiKey });
    expect((await client.models.list()).data).toHaveLength(1);
    await run('keys', 'revoke', created.id);
    await eventually(
      'the revoked key is refused',
      async () => {
        const answer = await fetch(`${corral.url}/v1/models`, {
          headers: { authorization: `Bearer ${created.apiKey}` },
        });
        return answer.status === 401;
      },
      1_000,
    );
  });

  it(
    'just works again after a kill -9 of the whole tree',
    async () => {
      const { port } = corral;
      for (const pid of [corral.process.pid ?? 0, ...(await pids())]) process.kill(pid, 'SIGKILL');
      await eventually('it is dead', () => corral.process.signalCode !== null);

      corral = await Corral.start({ home, port });
      const answer = await corral.client({ apiKey }).chat.completions.create({
        model: corral.model,
        messages: [{ role: 'user', content: 'Hello' }],
        max_tokens: 4,
      });
      expect(answer.usage?.completion_tokens).toBeGreaterThan(0);
    },
    START_LIMIT_MS,
  );

  it('leaves no process behind when only it is killed', async () => {
    const started = await pids();
    process.kill(corral.process.pid ?? 0, 'SIGKILL');
    await eventually('all are gone', () => !started.some(isAlive), 20_000);
  });

  it('says that its port is taken, and which', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address() as { port: number };
    const { code, output } = await corralCommand('up', '--home', home, '--port', String(port));
    squatter.close();
    expect(code).not.toBe(0);
    expect(output).toContain(String(port));
    expect(output).toMatch(/--port/);
  });
});
