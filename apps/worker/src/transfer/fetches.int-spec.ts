/** Files from sources that are good, bad and slow, over real HTTP into a real store. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileSource, NeededFile } from '@corral/contracts';
import { TINY, writeGguf, until } from '@corral/testing';
import { readSettings, type WorkerSettings } from '../config/settings.js';
import { MonotonicClock } from '../infra/clock.js';
import { WorkerLog } from '../infra/log.js';
import { ModelStoreService } from '../models/model-store.service.js';
import {
  cutAfter,
  sendFile,
  SourceServer,
  stallAfter,
  status,
  type Answer,
} from '../testing/source-server.js';
import { FetchesService } from './fetches.service.js';

let folder: string;
let file: Buffer;
let digest: string;
let models: ModelStoreService;
let fetches: FetchesService;
const servers: SourceServer[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'corral-fetch-'));
  const path = join(folder, 'tiny.gguf');
  await writeGguf(path, { shape: TINY });
  file = await readFile(path);
  digest = digestOf(file);
});
beforeEach(() => open());
afterEach(async () => {
  await fetches.onModuleDestroy();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await rm(join(folder, 'worker'), { recursive: true, force: true });
});
afterAll(() => rm(folder, { recursive: true }));

/** A store as a worker opens it at its start, on what is in the folder. */
async function open(change: Partial<WorkerSettings['fetch']> = {}): Promise<void> {
  const read = readSettings({ CORRAL_HOME: folder });
  const settings = { ...read, fetch: { ...read.fetch, ...change } };
  const log = new WorkerLog('silent');
  models = new ModelStoreService(settings, new MonotonicClock(), log);
  await models.onModuleInit();
  fetches = new FetchesService(settings, models, new MonotonicClock(), log);
  await fetches.onModuleInit();
}

async function reopen(change: Partial<WorkerSettings['fetch']> = {}): Promise<void> {
  await fetches.onModuleDestroy();
  await open(change);
}

async function serve(answer: Answer = sendFile, content = file): Promise<SourceServer> {
  const server = await SourceServer.start(content, answer);
  servers.push(server);
  return server;
}

function needed(sources: FileSource[], change: Partial<NeededFile> = {}): NeededFile {
  return { digest, fileName: 'tiny.gguf', sizeBytes: file.length, sources, ...change };
}

/** Tells what is lacking again and again, as the reconciler does, until that is so. */
async function fetching(what: string, files: NeededFile[], isSo: () => boolean): Promise<void> {
  await until(what, () => {
    const lacking = files.filter((one) => models.find(one.digest) === null);
    fetches.want(new Set(lacking.map((one) => one.digest)), files);
    return isSo();
  });
}

function arrival(sources: FileSource[]): Promise<void> {
  return fetching('the file', [needed(sources)], () => models.find(digest) !== null);
}

const state = () => fetches.states().find((one) => one.digest === digest);
const stored = async () => (await readdir(models.directory)).sort();

function digestOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

describe('a file that a node lacks', () => {
  it('comes from a source, is proven, and is a model of the store then', async () => {
    const server = await serve();
    await arrival([server.source]);
    expect(server.requests).toEqual([
      { url: '/models/x', range: null, authorization: `Bearer ${server.source.token}` },
    ]);
    expect(models.list()).toMatchObject([
      { digest, fileName: 'tiny.gguf', state: 'ready', facts: { architecture: 'llama' } },
    ]);
    expect(await readFile(models.find(digest)?.path ?? '')).toEqual(file);
    expect(await stored()).toEqual([`${digest}.gguf`, `${digest}.json`]);
  });

  it('goes on where the connection was cut, at whatever source there is', async () => {
    const first = await serve(cutAfter(300_000));
    const second = await serve(cutAfter(200_000));
    await fetching('both cuts', [needed([first.source, second.source])], () => {
      return first.requests.length > 0 && second.requests.length > 0;
    });
    first.does(sendFile);
    second.does(sendFile);
    await arrival([first.source, second.source]);
    expect(second.requests[0]?.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect([...first.requests, ...second.requests].filter(({ range }) => range === null)).toEqual([
      expect.objectContaining({ range: null }),
    ]);
  });

  it('goes on after a restart with what is on the disk', async () => {
    const server = await serve(stallAfter(400_000));
    await fetching('a part', [needed([server.source])], () => (state()?.progress ?? 0) > 0.1);
    await reopen();
    server.does(sendFile);
    await arrival([server.source]);
    expect(server.requests).toHaveLength(2);
    expect(server.requests[1]?.range).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it('is begun anew when a source knows no ranges', async () => {
    const server = await serve(cutAfter(300_000));
    await fetching('a part', [needed([server.source])], () => (state()?.progress ?? 0) > 0.1);
    server.does((_request, response) => response.end(file));
    await arrival([server.source]);
  });

  it.each<[string, Answer]>([
    ['does not have it', status(404)],
    ['does not take the token', status(401)],
    ['has a shorter one', status(416)],
    ['is broken', status(500)],
    ['points elsewhere', status(302, { location: 'http://127.0.0.1:1/' })],
    ['hangs up', (_request, response) => response.destroy()],
    ['has one of another size', (_request, response) => response.end('short')],
  ])('comes from another source when one %s', async (_what, answer) => {
    const bad = await serve(answer);
    const good = await serve();
    await arrival([bad.source, good.source]);
    expect(bad.requests.length).toBeGreaterThan(0);
    expect(good.requests).toHaveLength(1);
  });

  it('comes from another source when one cannot be reached', async () => {
    const server = await serve();
    const gone = server.source;
    await server.stop();
    await arrival([gone, (await serve()).source]);
  });

  it.each([0, 300_000])(
    'comes from another when one falls silent after %i bytes',
    async (bytes) => {
      await reopen({ patienceMs: 200 });
      const slow = await serve(stallAfter(bytes));
      const good = await serve();
      await arrival([slow.source, good.source]);
      expect(slow.requests).toHaveLength(1);
    },
  );

  it('comes from a busy source as soon as that has time', async () => {
    const server = await serve(status(503, { 'retry-after': '1' }));
    await fetching('the refusal', [needed([server.source])], () => {
      return state()?.failure?.message.includes('it is sending to others') === true;
    });
    server.does(sendFile);
    await arrival([server.source]);
    expect(server.requests).toHaveLength(2);
  });

  it('is asked for two at a time', async () => {
    const server = await serve(stallAfter(1_000));
    const files = ['a', 'b', 'c'].map((name) =>
      needed([server.source], { digest: digestOf(Buffer.from(name)) }),
    );
    await fetching('two requests', files, () => server.requests.length === 2);
    expect(fetches.states()).toHaveLength(3);
    fetches.want(new Set(files.map((one) => one.digest)), files);
    await fetches.onModuleDestroy();
    expect(server.requests).toHaveLength(2);
  });
});

describe('a file that is not what was asked for', () => {
  const wrong = () => Buffer.concat([file.subarray(0, -1), Buffer.from([(file.at(-1) ?? 0) ^ 1])]);

  it('is thrown away, and its source not asked again', async () => {
    const liar = await serve(sendFile, wrong());
    const files = [needed([liar.source])];
    await fetching('the end of hope', files, () => state()?.gaveUp === true);
    expect(state()?.failure?.message).toContain('its SHA-256 differs');
    expect(models.find(digest)).toBeNull();
    // Rounds go on, and nothing comes of them.
    for (let round = 0; round < 20; round += 1) fetches.want(new Set([digest]), files);
    expect(liar.requests).toHaveLength(1);

    const honest = await serve();
    await arrival([liar.source, honest.source]);
    expect(liar.requests).toHaveLength(1);
  });

  it('is fetched again when several sources gave parts of it', async () => {
    const liar = await serve(cutAfter(300_000), Buffer.alloc(file.length));
    const honest = await serve();
    await arrival([liar.source, honest.source]);
    expect(await readFile(models.find(digest)?.path ?? '')).toEqual(file);
  });

  it('is taken no byte more of than it should have', async () => {
    const endless = await serve((_request, response) => {
      response.writeHead(200, { 'transfer-encoding': 'chunked' });
      response.write(Buffer.concat([file, file]));
    });
    const files = [needed([endless.source])];
    await fetching('the refusal', files, () => {
      return state()?.failure?.message.includes(`more than the file's ${file.length}`) === true;
    });
    expect(models.find(digest)).toBeNull();
  });

  it('is refused for good when it is no model', async () => {
    const page = Buffer.from('<!DOCTYPE html>'.repeat(1_000));
    const server = await serve(sendFile, page);
    const files = [needed([server.source], { digest: digestOf(page), sizeBytes: page.length })];
    await fetching('the refusal', files, () => fetches.states()[0]?.gaveUp === true);
    expect(fetches.states()[0]?.failure?.message).toContain('not a GGUF file');
    for (let round = 0; round < 20; round += 1) fetches.want(new Set([digestOf(page)]), files);
    expect(server.requests).toHaveLength(1);
    expect((await stored()).filter((name) => !name.endsWith('.fetch'))).toEqual([]);
  });
});

describe('a node’s own limits', () => {
  it('hold back what its disk has no room for, with the arithmetic', async () => {
    const server = await serve();
    const huge = needed([server.source], { sizeBytes: 2 ** 52 });
    await fetching('the reason', [huge], () => state()?.failure != null);
    expect(state()?.failure?.message).toMatch(
      /needs 4194304\.0 GiB more; the disk of .* has [\d.]+ GiB free/,
    );
    expect(server.requests).toEqual([]);
  });

  it('slow down what comes in', async () => {
    await reopen({ bitsPerSecond: 8_000_000 });
    const server = await serve();
    const startedAtMs = performance.now();
    await arrival([server.source]);
    const tookMs = performance.now() - startedAtMs;
    const fullMs = file.length / 1_000;
    expect(tookMs).toBeGreaterThan(fullMs - 250);
    expect(tookMs).toBeLessThan(fullMs + 1_000);
  });

  it('keep nothing of a file that is not needed any more', async () => {
    const server = await serve(stallAfter(400_000));
    await fetching('a part', [needed([server.source])], () => (state()?.progress ?? 0) > 0.1);
    fetches.want(new Set(), []);
    await until('nothing under way', () => fetches.states().length === 0);
    await fetches.onModuleDestroy();
    expect(await stored()).toEqual([]);
  });

  it('keep what an earlier run left only while it is needed', async () => {
    await writeFile(join(models.directory, `${digest}.fetch`), file.subarray(0, 1_000));
    await reopen();
    fetches.want(new Set([digest]), []);
    await reopen();
    expect(await stored()).toEqual([`${digest}.fetch`]);
    fetches.want(new Set(), []);
    await fetches.onModuleDestroy();
    expect(await stored()).toEqual([]);
  });
});
