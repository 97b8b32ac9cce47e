import { Logger } from '@nestjs/common';
import type { Bus } from '@corral/bus';
import type { Change, Failure } from '@corral/contracts';
import { DrivenClock } from '../testing/driven-clock.js';
import { storedKey } from '../testing/stored-keys.js';
import { mintApiKey } from './api-key.js';
import type { StoredKey } from './key-validity.pure.js';
import { KeyVerificationService } from './key-verification.service.js';
import type { StoredKeysRepository } from './stored-keys.repository.js';

const { apiKey, publicId, secretHash } = mintApiKey();
const VALID = storedKey({ publicId, secretHash });
const REVOKED = { ...VALID, revokedAt: new Date(0) };

/** A key store whose reads are answered by hand, and a bus on which a change can be announced. */
class Recorder {
  readonly answers: ((key: StoredKey | Error) => void)[] = [];
  readonly clock = new DrivenClock();
  readonly keys: KeyVerificationService;
  private heard: (change: Change) => void = () => undefined;

  constructor() {
    const read = () =>
      new Promise<StoredKey[]>((resolve, reject) => {
        this.answers.push((key) => (key instanceof Error ? reject(key) : resolve([key])));
      });
    const saveLastUse = () => Promise.resolve();
    const store = { read, saveLastUse } as unknown as StoredKeysRepository;
    const bus = {
      subscribe: (_subject: string, _schema: unknown, listener: (change: Change) => void) => {
        this.heard = listener;
      },
      onStatus: () => undefined,
    } as unknown as Bus;
    this.keys = new KeyVerificationService(store, bus, this.clock);
    this.keys.onModuleInit();
  }

  announce(change: Change = { what: 'api_key', publicId }): void {
    this.heard(change);
  }
}

describe('the verification of a key', () => {
  let store: Recorder;
  const refusal = (code: string) => ({ failure: { code } });

  // What goes wrong here goes wrong on purpose.
  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(() => {
    store = new Recorder();
  });
  afterEach(() => store.keys.onApplicationShutdown());

  async function known(): Promise<void> {
    const first = store.keys.authenticate(apiKey);
    store.answers[0]?.(VALID);
    await first;
  }

  it('says who asks, and for which team', async () => {
    const first = store.keys.authenticate(apiKey);
    store.answers[0]?.(VALID);
    expect(await first).toEqual({
      keyId: 'key',
      publicId,
      name: 'a key',
      teamId: 'team',
      userId: 'person',
      scopes: ['generate', 'models'],
      expiresAt: null,
      cacheScope: 'team',
    });
  });

  it.each([
    ['revoked', { revokedAt: new Date(0) }],
    ['expired', { expiresAt: new Date(0) }],
    ['person', { userDisabledAt: new Date(0) }],
    ['team', { teamDisabledAt: new Date(0) }],
  ])('says in a word what is wrong: %s', async (word, change) => {
    const first = store.keys.authenticate(apiKey);
    store.answers[0]?.({ ...VALID, ...change });
    await expect(first).rejects.toMatchObject({
      failure: { code: 'invalid_api_key', message: expect.stringContaining(word) },
    });
  });

  it('tells nothing of a key to somebody who has only its public id', async () => {
    const first = store.keys.authenticate(apiKey);
    store.answers[0]?.({ ...REVOKED, secretHash: '11'.repeat(32) });
    await expect(first).rejects.toMatchObject({
      failure: { message: expect.stringContaining('does not exist') },
    });
  });

  it('asks the store once for all requests that wait', async () => {
    const all = [store.keys.authenticate(apiKey), store.keys.authenticate(apiKey)];
    expect(store.answers).toHaveLength(1);
    store.answers[0]?.(VALID);
    await expect(Promise.all(all)).resolves.toHaveLength(2);
  });

  it('does not remember what it was reading when the key was changed', async () => {
    const first = store.keys.authenticate(apiKey);
    store.announce();
    store.answers[0]?.(VALID);
    await first;
    const second = store.keys.authenticate(apiKey);
    store.answers[1]?.(REVOKED);
    await expect(second).rejects.toMatchObject(refusal('invalid_api_key'));
  });

  it('waits for the store again once any key may have changed', async () => {
    await known();
    store.announce({ what: 'api_keys' });
    const second = store.keys.authenticate(apiKey);
    store.answers[1]?.({ ...VALID, userDisabledAt: new Date(0) });
    await expect(second).rejects.toMatchObject(refusal('invalid_api_key'));
  });

  it('keeps what it knows when something else changed', async () => {
    await known();
    store.announce({ what: 'deployments' });
    store.announce({ what: 'api_key', publicId: 'another' });
    await store.keys.authenticate(apiKey);
    expect(store.answers).toHaveLength(1);
  });

  it('does not wait for the store again, and has it read beside', async () => {
    await known();
    store.clock.advance(30_000);
    await store.keys.authenticate(apiKey);
    expect(store.answers).toHaveLength(2);
    store.answers[1]?.(REVOKED);
    await Promise.resolve();
    await expect(store.keys.authenticate(apiKey)).rejects.toMatchObject(refusal('invalid_api_key'));
  });

  it('leaves a store alone that just failed', async () => {
    const first = store.keys.authenticate(apiKey);
    store.answers[0]?.(new Error('away'));
    await expect(first).rejects.toMatchObject(refusal('dependency_unavailable'));
    await expect(store.keys.authenticate(apiKey)).rejects.toMatchObject(
      refusal('dependency_unavailable'),
    );
    expect(store.answers).toHaveLength(1);
    store.clock.advance(1_000);
    const third = store.keys.authenticate(apiKey);
    store.answers[1]?.(VALID);
    await expect(third).resolves.toMatchObject({ keyId: 'key' });
  });

  it('never asks the store for a mistyped key', async () => {
    const mistyped = apiKey.slice(0, -1) + (apiKey.endsWith('0') ? '1' : '0');
    await expect(store.keys.authenticate(mistyped)).rejects.toMatchObject(
      refusal('invalid_api_key'),
    );
    expect(store.answers).toHaveLength(0);
  });

  describe('holds a key', () => {
    const settled = () => new Promise((resolve) => setImmediate(resolve));

    it('without asking the store when nothing speaks against it', async () => {
      await known();
      store.keys.hold(publicId, () => undefined)();
      expect(store.answers).toHaveLength(1);
    });

    it.each([{ what: 'api_key', publicId }, { what: 'api_keys' }] as const)(
      'and tells of a withdrawal that came between admission and hold: %j',
      async (change) => {
        await known();
        store.announce(change);
        const told: Failure[] = [];
        store.keys.hold(publicId, (failure) => told.push(failure));
        store.answers[1]?.(REVOKED);
        expect(told).toEqual([]);
        await settled();
        expect(told).toMatchObject([{ code: 'invalid_api_key' }]);
      },
    );
  });
});
