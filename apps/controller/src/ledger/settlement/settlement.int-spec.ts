import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectBus, type Bus } from '@corral/bus';
import { usageMessageSchema, usageOrphansSubject } from '@corral/contracts';
import { until } from '@corral/testing';
import { Clock } from '../../infra/clock.js';
import { Metrics } from '../../infra/metrics.js';
import { LedgerDesk } from '../../testing/ledger-desk.js';
import {
  openedRequest,
  orphanedGeneration,
  settledRequest,
} from '../../testing/settled-requests.js';
import { startServers, type TestServers } from '../../testing/test-servers.js';
import { LedgerWriter } from './ledger-writer.service.js';
import { RequestRates } from './request-rates.js';
import { SettlementService } from './settlement.service.js';
import { spoolLine } from './spool-line.pure.js';
import { UsageSpool } from './usage-spool.service.js';

/** As much of a controller as books its requests. */
class Bookkeeper {
  readonly metrics = new Metrics();
  readonly spool: UsageSpool;
  readonly settlement: SettlementService;
  readonly writer: LedgerWriter;

  private constructor(
    readonly bus: Bus,
    readonly spoolDir: string,
    servers: TestServers,
    desk: LedgerDesk,
  ) {
    const config = servers.config({ CORRAL_SPOOL_DIR: spoolDir });
    this.spool = new UsageSpool(bus, config, this.metrics);
    const rates = new RequestRates(new Clock());
    this.settlement = new SettlementService(bus, this.spool, this.metrics, rates);
    this.writer = new LedgerWriter(bus, desk.ledger, this.spool, this.metrics);
  }

  static async start(
    servers: TestServers,
    desk: LedgerDesk,
    spoolDir: string,
  ): Promise<Bookkeeper> {
    const bus = await connectBus({ servers: servers.nats.url, name: 'spec' });
    const keeper = new Bookkeeper(bus, spoolDir, servers, desk);
    await keeper.spool.onModuleInit();
    await keeper.writer.onApplicationBootstrap();
    return keeper;
  }

  /** Names of the spool's files. */
  files(): Promise<string[]> {
    return readdir(this.spoolDir);
  }

  async stop(): Promise<void> {
    await this.settlement.beforeApplicationShutdown();
    await this.writer.beforeApplicationShutdown();
    await this.spool.onApplicationShutdown();
    await this.bus.close();
  }
}

describe('settled requests', () => {
  let servers: TestServers;
  let desk: LedgerDesk;
  let folder: string;
  let keepers: Bookkeeper[];

  beforeAll(async () => {
    servers = await startServers();
    desk = new LedgerDesk(servers.config());
  });
  beforeEach(async () => {
    await desk.clear();
    folder = await mkdtemp(join(tmpdir(), 'corral-spool-'));
    keepers = [];
  });
  afterEach(async () => {
    for (const keeper of keepers) await keeper.stop();
    await rm(folder, { recursive: true, force: true });
  });
  afterAll(async () => {
    await desk.close();
    await servers.remove();
  });

  async function bookkeeper(name = 'spool'): Promise<Bookkeeper> {
    const keeper = await Bookkeeper.start(servers, desk, join(folder, name));
    keepers.push(keeper);
    return keeper;
  }
  const createdAt = new Date().toISOString();
  const rows = () => desk.prisma.client.requestUsage.count();
  const settleAll = (keeper: Bookkeeper, ids: readonly string[]) =>
    Promise.all(
      ids.map((requestId) => keeper.settlement.settle(settledRequest({ requestId, createdAt }))),
    );
  /** NATS takes a second message with a known id for the first, so every test has its own. */
  let given = 0;
  const ids = (count: number) => Array.from({ length: count }, () => `req_${given++}`);

  async function withoutNats(act: () => Promise<void>): Promise<void> {
    await servers.nats.stop();
    try {
      await act();
    } finally {
      await servers.nats.start();
    }
  }

  it('are in the ledger soon, and no longer under way', async () => {
    const keeper = await bookkeeper();
    const [requestId = ''] = ids(1);
    keeper.settlement.opened(openedRequest({ requestId }));
    await until('the request', async () => (await desk.prisma.client.openRequest.count()) === 1);
    await keeper.settlement.settle(settledRequest({ requestId }));
    await until('its row', async () => (await rows()) === 1);
    expect(await desk.everything()).toMatchObject({ open: [], rows: [{ requestId }] });
    expect(await keeper.files()).toEqual([]);
  });

  it('are shared out among writers, and written once', async () => {
    const all = [await bookkeeper('a'), await bookkeeper('b'), await bookkeeper('c')];
    const both = ids(500);
    await Promise.all(
      all.map((keeper, at) => settleAll(keeper, [...both.slice(at * 100), ...ids(100)])),
    );
    await until('all rows', async () => (await all[0]?.writer.waiting()) === 0);
    expect(await rows()).toBe(800);
    expect(await desk.hours()).toMatchObject([{ requests: 800, completion_tokens: 4_000n }]);
  });

  it('are not held up by one that the ledger cannot hold, which is set aside', async () => {
    const keeper = await bookkeeper();
    const good = ids(5);
    const [bad = ''] = ids(1);
    await Promise.all([
      settleAll(keeper, good),
      // PostgreSQL has no text with a NUL in it.
      keeper.settlement.settle(settledRequest({ requestId: bad, keyId: 'a\u0000b' })),
    ]);
    await until('the good ones', async () => (await rows()) === good.length);
    await until('an empty queue', async () => (await keeper.writer.waiting()) === 0);
    const [file = '', ...others] = await keeper.files();
    expect(others).toEqual([]);
    expect(await readFile(join(keeper.spoolDir, file), 'utf8')).toContain(bad);
    // It stays where it is, and is not sent on.
    expect(file).toMatch(/^refused-.*\.json$/);
  });

  it('are taken from controllers alone', async () => {
    const { bus, writer } = await bookkeeper();
    const forged = { kind: 'settled' as const, ...settledRequest() };
    const subject = usageOrphansSubject('gpu-1');
    await bus.publishDurable(subject, usageMessageSchema, forged, { id: 'forged' });
    const report = { kind: 'orphaned' as const, ...orphanedGeneration() };
    await bus.publishDurable(subject, usageMessageSchema, report, { id: 'report' });
    await until(
      'the report',
      async () => (await desk.prisma.client.orphanedGeneration.count()) === 1,
    );
    await until('an empty queue', async () => (await writer.waiting()) === 0);
    expect(await rows()).toBe(0);
  });

  it('are on the disk before the answer ends while NATS is away, and go on when it is back', async () => {
    const keeper = await bookkeeper();
    await withoutNats(async () => {
      await settleAll(keeper, ids(50));
      const files = await keeper.files();
      expect(files.length).toBeLessThan(50);
      for (const name of files) {
        expect(name).toMatch(/^\d+-[0-9a-f-]{36}\.jsonl$/);
        expect((await stat(join(keeper.spoolDir, name))).mode & 0o777).toBe(0o600);
      }
      expect(keeper.spool.waiting).toBe(50);
    });
    await until('the rows', async () => (await rows()) === 50);
    await until('an empty spool', async () => (await keeper.files()).length === 0);
    expect(keeper.spool.waiting).toBe(0);
  });

  it('that lie in the spool are sent on by the next run of the controller', async () => {
    const first = await bookkeeper();
    await withoutNats(async () => {
      await settleAll(first, ids(3));
      await first.stop();
    });
    keepers = [];
    expect(await rows()).toBe(0);
    const second = await bookkeeper();
    await until('the rows', async () => (await rows()) === 3);
    await until('an empty spool', async () => (await second.files()).length === 0);
  });

  it('that were being written when the machine went down are sent on as far as they go', async () => {
    const spoolDir = join(folder, 'spool');
    await mkdir(spoolDir);
    const [whole, half] = ids(2).map((requestId) =>
      spoolLine({ kind: 'settled', ...settledRequest({ requestId }) }),
    );
    await writeFile(join(spoolDir, '1.part'), `${whole}${half?.slice(0, 100)}`);
    const keeper = await bookkeeper();
    expect(keeper.spool.waiting).toBe(1);
    await until('an empty spool', async () => (await keeper.files()).length === 0);
    await until('its row', async () => (await rows()) === 1);
  });

  it('that nobody can take are counted, and hold up no answer', async () => {
    const keeper = await bookkeeper();
    await rm(keeper.spoolDir, { recursive: true });
    await keeper.spool.add({ kind: 'settled', ...settledRequest() });
    const { values } = await keeper.metrics.usageRowsDropped.get();
    expect(values[0]?.value).toBe(1);
    expect(keeper.spool.waiting).toBe(0);
  });

  it('lie in the spool a line each', async () => {
    const keeper = await bookkeeper();
    await keeper.bus.close();
    const both = ids(2);
    await settleAll(keeper, both);
    const [name = ''] = await keeper.files();
    const text = await readFile(join(keeper.spoolDir, name), 'utf8');
    const lines = text.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { requestId: string }).requestId)).toEqual(
      both,
    );
  });

  it('wait in the queue while the database is away, and are written once when it is back', async () => {
    const [first, second] = [await bookkeeper('a'), await bookkeeper('b')];
    await servers.postgres.stop();
    try {
      await settleAll(first, ids(3_000));
      await settleAll(second, ids(3_000));
      await until('a write that fails', async () => {
        const { values } = await first.metrics.usageWriteFailures.get();
        return (values[0]?.value ?? 0) > 2;
      });
      expect(await first.writer.waiting()).toBe(6_000);
    } finally {
      await servers.postgres.start();
    }
    await until('an empty queue', async () => (await second.writer.waiting()) === 0);
    expect(await rows()).toBe(6_000);
    expect(await desk.hours()).toMatchObject([{ requests: 6_000, local_microdollars: 240_000n }]);
    expect([await first.files(), await second.files()]).toEqual([[], []]);
  });
});
