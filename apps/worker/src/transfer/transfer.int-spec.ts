/**
 * Model files between real workers on a real NATS server: one of them in this process has the file,
 * others get it, some of them as processes of their own that can be killed.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { modelFileUrl, type FileServer, type Heartbeat, type NeededFile } from '@corral/contracts';
import { fakeEngineEntry, TINY, until, writeGguf } from '@corral/testing';
import { WorkerRig } from '../testing/worker-rig.js';
import { MAX_UPLOADS } from './file-answer-plan.pure.js';

const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
/** A megabyte a second: the file takes a second. */
const SLOWLY = { CORRAL_FETCH_MBIT_PER_S: '8' };

let rig: WorkerRig;
let sizeBytes: number;
const started: ChildProcess[] = [];

beforeAll(async () => {
  rig = await WorkerRig.start();
  sizeBytes = (await stat(rig.modelFile)).size;
}, 30_000);
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rig.stop());

/** A worker that has nothing, as a process of its own. Resolves with its node id. */
async function startOther(name: string, env: Record<string, string> = {}) {
  const home = join(rig.folder, name);
  const child = fork(program, [], {
    execArgv: [],
    stdio: 'ignore',
    env: {
      PATH: process.env['PATH'],
      CORRAL_NATS_URL: rig.nats.url,
      CORRAL_HOME: home,
      CORRAL_ENGINE_ENTRY: fakeEngineEntry(),
      CORRAL_NODE_NAME: name,
      ...env,
    },
  });
  started.push(child);
  const [message] = (await once(child, 'message')) as [{ nodeId: string }];
  const { nodeId } = message;
  return { child, nodeId, store: join(home, 'worker', 'models') };
}

function heartbeat(nodeId: string): Heartbeat | undefined {
  return rig.controller.heartbeats.findLast((one) => one.nodeId === nodeId);
}

async function fileServer(nodeId = rig.nodeId): Promise<FileServer> {
  return until('its file server', () => heartbeat(nodeId)?.fileServer);
}

async function needed(...from: string[]): Promise<NeededFile> {
  return neededOf(rig.digest, sizeBytes, ...from);
}

async function neededOf(digest: string, sizeBytes: number, ...from: string[]): Promise<NeededFile> {
  const servers = await Promise.all(from.map((nodeId) => fileServer(nodeId)));
  const sources = servers.flatMap(({ urls, token }) =>
    urls.map((url) => ({ url: modelFileUrl(url, digest), token })),
  );
  return { digest, fileName: 'tiny.gguf', sizeBytes, sources };
}

async function ask(path: string, headers: Record<string, string> = {}): Promise<Response> {
  const { urls, token } = await fileServer();
  return fetch(new URL(path, urls[0]), {
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
}

const replicaOf = (nodeId: string) => heartbeat(nodeId)?.replicas[0];
const hasFile = (nodeId: string) =>
  heartbeat(nodeId)?.models.some(({ state }) => state === 'ready');

describe('a worker’s file server', () => {
  it('is on this machine alone, as the NATS server is', async () => {
    const { urls, token } = await fileServer();
    expect(urls).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/)]);
    expect(token).toHaveLength(43);
  });

  it('sends the file, or a part of it, byte by byte as it was imported', async () => {
    const original = await readFile(rig.modelFile);
    const whole = await ask(`/models/${rig.digest}`);
    expect(Buffer.from(await whole.arrayBuffer())).toEqual(original);
    const part = await ask(`/models/${rig.digest}`, { range: 'bytes=1000-1999' });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(original.subarray(1000, 2000));
  });

  it('is closed to those without the token', async () => {
    const path = `/models/${rig.digest}`;
    for (const authorization of ['', 'Bearer ', 'Bearer x', 'Basic x']) {
      expect((await ask(path, { authorization })).status).toBe(401);
    }
    expect((await ask(`/models/${'0'.repeat(64)}`)).status).toBe(404);
    expect((await ask('/models/..%2f..%2fnode-id')).status).toBe(404);
  });

  it('sends to a few at a time, and goes on when they leave', async () => {
    const big = join(rig.folder, 'big.gguf');
    await writeGguf(big, { shape: { ...TINY, vocab: 65_536 } });
    const { digest } = await rig.importModel(big);
    const readers = [];
    for (let at = 0; at < MAX_UPLOADS; at += 1) readers.push(await ask(`/models/${digest}`));
    expect(readers.map(({ status }) => status)).toEqual(readers.map(() => 200));
    const refused = await ask(`/models/${digest}`);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    await until('the uploads in the heartbeat', () => {
      return heartbeat(rig.nodeId)?.fileServer?.uploads === MAX_UPLOADS;
    });
    await Promise.all(readers.map(async ({ body }) => await body?.cancel()));
    await until('no upload', () => heartbeat(rig.nodeId)?.fileServer?.uploads === 0);
    expect((await ask(`/models/${rig.digest}`)).status).toBe(200);
  });
});

describe('a worker that lacks the file of its replica', () => {
  it('says what it waits for, fetches it as soon as it is told where, and starts', async () => {
    const { nodeId } = await startOther('other', SLOWLY);
    const assignment = rig.assignment({});
    await rig.controller.assign(nodeId, [assignment]);
    const waiting = await until('a reason', () => replicaOf(nodeId)?.failure);
    expect(waiting.message).toContain('no node that has it can be reached');
    expect(replicaOf(nodeId)?.state).toBe('assigned');

    await rig.controller.assign(nodeId, [assignment], [await needed(rig.nodeId)]);
    const seen = new Set<number>();
    await until('ready', () => {
      const replica = replicaOf(nodeId);
      if (replica?.state === 'fetching') seen.add(replica.progress ?? -1);
      return replica?.state === 'ready';
    });
    expect([...seen].filter((progress) => progress > 0 && progress < 1).length).toBeGreaterThan(2);
    expect([...seen]).toEqual([...seen].sort((a, b) => a - b));
    expect(heartbeat(nodeId)).toMatchObject({
      fetches: [],
      models: [{ digest: rig.digest, fileName: 'tiny.gguf', state: 'ready' }],
    });
  }, 30_000);

  it('goes on after it was killed, with what it had', async () => {
    const first = await startOther('killed', SLOWLY);
    const assignment = rig.assignment({});
    const file = await needed(rig.nodeId);
    await rig.controller.assign(first.nodeId, [assignment], [file]);
    await until('a half', () => (heartbeat(first.nodeId)?.fetches[0]?.progress ?? 0) > 0.4);
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const kept = (await stat(join(first.store, `${rig.digest}.fetch`))).size;
    expect(kept).toBeGreaterThan(0.4 * sizeBytes);

    const { bootId } = heartbeat(first.nodeId) ?? {};
    const again = await startOther('killed', SLOWLY);
    await rig.controller.assign(again.nodeId, [assignment], [file]);
    await until('the file', () => {
      return heartbeat(again.nodeId)?.bootId !== bootId && hasFile(again.nodeId);
    });
    const ofThisBoot = rig.controller.heartbeats.filter(
      (one) => one.nodeId === again.nodeId && one.bootId !== bootId,
    );
    const shares = ofThisBoot.flatMap(({ fetches }) => fetches.map(({ progress }) => progress));
    expect(shares.filter((share) => share > 0)).not.toEqual([]);
    // 0: it has not looked yet.
    expect(shares.filter((share) => share > 0 && share < 0.4)).toEqual([]);
    expect((await readdir(again.store)).sort()).toEqual([
      `${rig.digest}.gguf`,
      `${rig.digest}.json`,
    ]);
  }, 30_000);

  it('goes over to another node when the one that sends is killed', async () => {
    // More than the system keeps under way on a connection whose sender is gone.
    const big = join(rig.folder, 'bigger.gguf');
    await writeGguf(big, { shape: { ...TINY, vocab: 131_072 } });
    const { digest, sizeBytes: bigBytes } = await rig.importModel(big);
    const assignment = { ...rig.assignment({}), modelDigest: digest ?? '' };
    const source = await startOther('source');
    const from = (...nodes: string[]) => neededOf(digest ?? '', bigBytes, ...nodes);
    await rig.controller.assign(source.nodeId, [assignment], [await from(rig.nodeId)]);
    await until('a second copy', () => hasFile(source.nodeId));

    const { nodeId } = await startOther('third', { CORRAL_FETCH_MBIT_PER_S: '100' });
    await rig.controller.assign(nodeId, [assignment], [await from(source.nodeId, rig.nodeId)]);
    await until('a part', () => (heartbeat(nodeId)?.fetches[0]?.progress ?? 0) > 0.1);
    expect(heartbeat(rig.nodeId)?.fileServer?.uploads).toBe(0);
    source.child.kill('SIGKILL');
    await until('the other to send', () => heartbeat(rig.nodeId)?.fileServer?.uploads === 1);
    await until('ready', () => replicaOf(nodeId)?.state === 'ready');
  }, 30_000);

  it('drops what it has when the replica goes', async () => {
    const { nodeId, store } = await startOther('dropping', SLOWLY);
    await rig.controller.assign(nodeId, [rig.assignment({})], [await needed(rig.nodeId)]);
    await until('a part', () => (heartbeat(nodeId)?.fetches[0]?.progress ?? 0) > 0.2);
    await rig.controller.assign(nodeId, []);
    await until('nothing under way', () => heartbeat(nodeId)?.fetches.length === 0);
    await until('no upload', () => heartbeat(rig.nodeId)?.fileServer?.uploads === 0);
    await until('an empty store', async () => (await readdir(store)).length === 0);
  }, 30_000);
});
