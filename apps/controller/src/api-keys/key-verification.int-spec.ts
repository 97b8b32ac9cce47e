import type { Failure } from '@corral/contracts';
import { changeSchema, CHANGES_SUBJECT } from '@corral/contracts';
import { until } from '@corral/testing';
import { addPerson, addTeam } from '../testing/accounts.js';
import { KeyDesk } from '../testing/key-desk.js';
import { startServers, type TestServers } from '../testing/test-servers.js';
import { SYSTEM } from '../common/principal.pure.js';
import { formatApiKey, mintApiKey, parseApiKey } from './api-key.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const INVALID = { failure: { code: 'invalid_api_key' } };
const UNAVAILABLE = { failure: { code: 'dependency_unavailable' }, retryAfterMs: 5_000 };

describe('API keys', () => {
  let servers: TestServers;
  let here: KeyDesk;
  let elsewhere: KeyDesk;

  beforeAll(async () => {
    servers = await startServers();
    [here, elsewhere] = await Promise.all([KeyDesk.open(servers), KeyDesk.open(servers)]);
  });
  afterAll(async () => {
    await Promise.all([here.close(), elsewhere.close()]);
    await servers.remove();
  });

  /** What was announced has arrived: a key just made is announced too. */
  const heardOfAll = async () => {
    await here.bus.flush();
    await elsewhere.bus.flush();
  };
  /** A key that the other controller knows, and holds for a stream. */
  async function heldElsewhere(apiKey: string): Promise<Failure[]> {
    await heardOfAll();
    const { publicId } = await elsewhere.verification.authenticate(apiKey);
    const told: Failure[] = [];
    elsewhere.verification.hold(publicId, (failure) => told.push(failure));
    return told;
  }
  const refusedElsewhere = (apiKey: string) =>
    until('the other controller to refuse it', () => elsewhere.isRefused(apiKey), 1_000);
  const tells = (told: Failure[], word: string) =>
    until('the stream to be told', () => told[0]?.message.includes(word), 1_000);

  it('are known to every controller once they are made', async () => {
    const owner = await addPerson(here.prisma, 'developer');
    const { apiKey, id, publicId } = await here.create({ expiresInDays: 90 }, owner);
    for (const { verification, clock } of [here, elsewhere]) {
      expect(await verification.authenticate(apiKey)).toEqual({
        keyId: id,
        publicId,
        name: 'a key',
        teamId: 'default',
        userId: owner.userId,
        scopes: ['generate', 'models'],
        expiresAt: new Date(clock.now().getTime() + 90 * 24 * HOUR_MS),
        cacheScope: 'default',
      });
    }
  });

  it('have the scopes that were asked for', async () => {
    const { apiKey } = await here.create({ scopes: ['models'] });
    expect(await here.verification.authenticate(apiKey)).toMatchObject({
      userId: null,
      scopes: ['models'],
      expiresAt: null,
    });
  });

  it('are refused when missing, mistyped, unknown, or right but for the secret', async () => {
    const { publicId } = await here.create();
    const { apiKey: other } = mintApiKey();
    const forged = formatApiKey({ publicId, secret: 'x'.repeat(32) });
    for (const text of [null, '', 'sk-corral-x', other, forged]) {
      await expect(here.verification.authenticate(text)).rejects.toMatchObject(INVALID);
    }
  });

  it('are refused everywhere within a second of being revoked, and their streams told', async () => {
    const { apiKey, id } = await here.create();
    const told = await heldElsewhere(apiKey);
    await here.keys.revoke(SYSTEM, id);
    expect(await here.isRefused(apiKey)).toBe(true);
    await refusedElsewhere(apiKey);
    await tells(told, 'revoked');
    await here.keys.revoke(SYSTEM, id);
    await heardOfAll();
    expect(told).toHaveLength(1);
  });

  it('are refused everywhere once their person is disabled, until that is taken back', async () => {
    const owner = await addPerson(here.prisma, 'developer');
    const { apiKey } = await here.create({}, owner);
    const { apiKey: untouched } = await here.create();
    const told = await heldElsewhere(apiKey);
    const spared = await heldElsewhere(untouched);
    await setDisabled('user', owner.userId, new Date());
    await refusedElsewhere(apiKey);
    await tells(told, 'person');
    expect(await elsewhere.isRefused(untouched)).toBe(false);
    expect(spared).toEqual([]);
    await setDisabled('user', owner.userId, null);
    await until('it to be taken again', async () => !(await elsewhere.isRefused(apiKey)), 1_000);
  });

  it('are refused everywhere once their team is disabled, service keys too', async () => {
    const teamId = await addTeam(here.prisma, 'to be disabled');
    const owner = await addPerson(here.prisma, 'developer', teamId);
    const keys = [await here.create({}, owner), await here.create({ teamId, userId: null })];
    const told = await Promise.all(keys.map(({ apiKey }) => heldElsewhere(apiKey)));
    await setDisabled('team', teamId, new Date());
    for (const { apiKey } of keys) await refusedElsewhere(apiKey);
    for (const failures of told) await tells(failures, 'team');
  });

  async function setDisabled(kind: 'user' | 'team', id: string, disabledAt: Date | null) {
    const change = { where: { id }, data: { disabledAt } };
    if (kind === 'user') await here.prisma.client.user.update(change);
    else await here.prisma.client.team.update(change);
    here.bus.publish(CHANGES_SUBJECT, changeSchema, { what: 'api_keys' });
    await heardOfAll();
  }

  it('are read again after the bus was away, since a revocation may have been missed', async () => {
    const { apiKey, id } = await here.create();
    const told = await heldElsewhere(apiKey);
    await servers.nats.stop();
    await until('the bus to be away', () => !here.bus.isConnected && !elsewhere.bus.isConnected);
    // The announcement of an unconnected bus is lost.
    await elsewhere.prisma.client.apiKey.update({ where: { id }, data: { revokedAt: new Date() } });
    expect(await elsewhere.isRefused(apiKey)).toBe(false);
    await servers.nats.start();
    await until('the bus to be back', () => here.bus.isConnected && elsewhere.bus.isConnected);
    expect(await elsewhere.isRefused(apiKey)).toBe(true);
    await tells(told, 'revoked');
  });

  it('are refused after their last day, while what they began may end', async () => {
    const desk = await KeyDesk.open(servers);
    const { apiKey, publicId } = await desk.create({ expiresInDays: 1 });
    const told: Failure[] = [];
    desk.verification.hold(publicId, (failure) => told.push(failure));
    desk.clock.advance(24 * HOUR_MS - 1);
    expect(await desk.isRefused(apiKey)).toBe(false);
    desk.clock.advance(1);
    await expect(desk.verification.authenticate(apiKey)).rejects.toMatchObject({
      failure: { message: expect.stringContaining('expired') },
    });
    expect(told).toEqual([]);
    await desk.close();
  });

  it('work on beside their successor until the overlap has passed', async () => {
    const desk = await KeyDesk.open(servers);
    const old = await desk.create();
    const rotated = await desk.keys.rotate(SYSTEM, old.id, { overlapHours: 24 });
    const both = [old.apiKey, rotated.apiKey];
    desk.clock.advance(24 * HOUR_MS - 1);
    expect(await Promise.all(both.map((key) => desk.isRefused(key)))).toEqual([false, false]);
    desk.clock.advance(1);
    expect(await Promise.all(both.map((key) => desk.isRefused(key)))).toEqual([true, false]);
    await desk.close();
  });

  it('end everywhere at once when they are rotated without an overlap', async () => {
    const old = await here.create();
    await heldElsewhere(old.apiKey);
    const { apiKey } = await here.keys.rotate(SYSTEM, old.id, { overlapHours: 0 });
    expect(await here.isRefused(old.apiKey)).toBe(true);
    await refusedElsewhere(old.apiKey);
    expect(await elsewhere.isRefused(apiKey)).toBe(false);
  });

  it('are taken everywhere right after a rotation, with their new secret', async () => {
    const old = await here.create();
    const { apiKey } = await here.keys.rotate(SYSTEM, old.id, { overlapHours: 1 });
    await heardOfAll();
    for (const desk of [here, elsewhere]) {
      const { keyId, publicId } = await desk.verification.authenticate(apiKey);
      expect([keyId, publicId]).toEqual([old.id, parseApiKey(apiKey)?.publicId]);
    }
  });

  it('remember their last use', async () => {
    const { apiKey, id } = await here.create();
    await here.verification.authenticate(apiKey);
    await here.verification.flushLastUsed();
    const used = await here.keys.view(SYSTEM, id);
    expect(used.lastUsedAt).toBe(here.clock.now().toISOString());
  });

  it('tell their streams of a revocation once the database can be asked', async () => {
    const { apiKey, id } = await here.create();
    const told = await heldElsewhere(apiKey);
    // Of a controller that goes down before it can say so.
    await here.prisma.client.apiKey.update({ where: { id }, data: { revokedAt: new Date() } });
    await servers.postgres.stop();
    here.bus.publish(CHANGES_SUBJECT, changeSchema, { what: 'api_keys' });
    await heardOfAll();
    expect(told).toEqual([]);
    await servers.postgres.start();
    await until('the stream to be told', () => told[0]?.message.includes('revoked'));
  });

  it('go on for ten minutes without the database, while unknown ones have to wait', async () => {
    const [{ apiKey }, { apiKey: unseen }] = [await here.create(), await here.create()];
    await heardOfAll();
    await here.verification.authenticate(apiKey);
    const { apiKey: unknown } = mintApiKey();
    await expect(here.verification.authenticate(unknown)).rejects.toMatchObject(INVALID);
    await servers.postgres.stop();
    here.clock.advance(10 * MINUTE_MS - 1);
    expect(await here.isRefused(apiKey)).toBe(false);
    await expect(here.verification.authenticate(unseen)).rejects.toMatchObject(UNAVAILABLE);
    // "There was no such key" ten minutes ago does not say that there is none now.
    await expect(here.verification.authenticate(unknown)).rejects.toMatchObject(UNAVAILABLE);
    here.clock.advance(1);
    await expect(here.verification.authenticate(apiKey)).rejects.toMatchObject(UNAVAILABLE);
    await servers.postgres.start();
    here.clock.advance(1_000);
    await until('the key to be taken again', async () => !(await here.isRefused(apiKey)));
  });
});
