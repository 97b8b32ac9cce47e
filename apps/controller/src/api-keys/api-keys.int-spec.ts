import { connectBus, type Bus } from '@corral/bus';
import { until } from '@corral/testing';
import { PrismaService } from '../infra/prisma.service.js';
import { DrivenClock } from '../testing/driven-clock.js';
import { startServers, type TestServers } from '../testing/test-servers.js';
import { formatApiKey, mintApiKey } from './api-key.js';
import { ApiKeysService } from './api-keys.service.js';

const MINUTE_MS = 60_000;
const INVALID = { failure: { code: 'invalid_api_key' } };
const UNAVAILABLE = { failure: { code: 'dependency_unavailable' }, retryAfterMs: 5_000 };

/** One controller's keys, with what they stand on. */
interface Instance {
  keys: ApiKeysService;
  clock: DrivenClock;
  bus: Bus;
  prisma: PrismaService;
}

describe('API keys', () => {
  let servers: TestServers;
  let here: Instance;
  let elsewhere: Instance;

  beforeAll(async () => {
    servers = await startServers();
    [here, elsewhere] = await Promise.all([start(), start()]);
  });
  afterAll(async () => {
    for (const { keys, bus, prisma } of [here, elsewhere]) {
      await keys.onApplicationShutdown();
      await prisma.onApplicationShutdown();
      await bus.close();
    }
    await servers.remove();
  });

  async function start(): Promise<Instance> {
    const prisma = new PrismaService(servers.config());
    const bus = await connectBus({ servers: servers.nats.url, name: 'spec' });
    const clock = new DrivenClock();
    const keys = new ApiKeysService(prisma, bus, clock);
    keys.onModuleInit();
    await bus.flush();
    return { keys, clock, bus, prisma };
  }
  /** What was announced has arrived: a key just made is announced too. */
  const heardOfAll = async () => {
    await here.bus.flush();
    await elsewhere.bus.flush();
  };
  const create = (expiresInDays: number | null = null) =>
    here.keys.create({ name: 'a key', expiresInDays });
  const isRefused = (instance: Instance, apiKey: string) =>
    instance.keys.authenticate(apiKey).then(
      () => false,
      () => true,
    );

  it('are known to every controller once they are made', async () => {
    const { apiKey, id, publicId } = await create();
    for (const { keys } of [here, elsewhere]) {
      expect(await keys.authenticate(apiKey)).toEqual({
        keyId: id,
        publicId,
        name: 'a key',
        cacheScope: 'organisation',
      });
    }
  });

  it('are refused when missing, mistyped, unknown, or right but for the secret', async () => {
    const { publicId } = await create();
    const { apiKey: other } = mintApiKey();
    const forged = formatApiKey({ publicId, secret: 'x'.repeat(32) });
    for (const text of [null, '', 'sk-corral-x', other, forged]) {
      await expect(here.keys.authenticate(text)).rejects.toMatchObject(INVALID);
    }
  });

  it('are refused everywhere within a second of being revoked', async () => {
    const { apiKey, id } = await create();
    await heardOfAll();
    await elsewhere.keys.authenticate(apiKey);
    await here.keys.revoke(id);
    expect(await isRefused(here, apiKey)).toBe(true);
    await until('the other controller to refuse it', () => isRefused(elsewhere, apiKey), 1_000);
  });

  it('are read again after the bus was away, since a revocation may have been missed', async () => {
    const { apiKey, id } = await create();
    await heardOfAll();
    await elsewhere.keys.authenticate(apiKey);
    await servers.nats.stop();
    await until('the bus to be away', () => !here.bus.isConnected && !elsewhere.bus.isConnected);
    // The announcement of an unconnected bus is lost.
    await elsewhere.prisma.client.apiKey.update({ where: { id }, data: { revokedAt: new Date() } });
    expect(await isRefused(elsewhere, apiKey)).toBe(false);
    await servers.nats.start();
    await until('the bus to be back', () => here.bus.isConnected && elsewhere.bus.isConnected);
    expect(await isRefused(elsewhere, apiKey)).toBe(true);
  });

  it('are refused after their last day', async () => {
    const { apiKey } = await create(1);
    here.clock.advance(24 * 60 * MINUTE_MS - 1);
    expect(await isRefused(here, apiKey)).toBe(false);
    here.clock.advance(1);
    await expect(here.keys.authenticate(apiKey)).rejects.toMatchObject({
      failure: { message: expect.stringContaining('expired') },
    });
  });

  it('remember their last use', async () => {
    const { apiKey, id } = await create();
    await here.keys.authenticate(apiKey);
    await here.keys.flushLastUsed();
    const listed = (await here.keys.list()).find((key) => key.id === id);
    expect(listed?.lastUsedAt).toBe(here.clock.now().toISOString());
  });

  it('go on for ten minutes without the database, while unknown ones have to wait', async () => {
    const [{ apiKey }, { apiKey: unseen }] = [await create(), await create()];
    await heardOfAll();
    await here.keys.authenticate(apiKey);
    const { apiKey: unknown } = mintApiKey();
    await expect(here.keys.authenticate(unknown)).rejects.toMatchObject(INVALID);
    await servers.postgres.stop();
    here.clock.advance(10 * MINUTE_MS - 1);
    expect(await isRefused(here, apiKey)).toBe(false);
    await expect(here.keys.authenticate(unseen)).rejects.toMatchObject(UNAVAILABLE);
    // "There was no such key" ten minutes ago does not say that there is none now.
    await expect(here.keys.authenticate(unknown)).rejects.toMatchObject(UNAVAILABLE);
    here.clock.advance(1);
    await expect(here.keys.authenticate(apiKey)).rejects.toMatchObject(UNAVAILABLE);
    await servers.postgres.start();
    here.clock.advance(1_000);
    await until('the key to be taken again', async () => !(await isRefused(here, apiKey)));
  });
});
