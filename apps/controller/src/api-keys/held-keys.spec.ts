import { Logger } from '@nestjs/common';
import type { Failure } from '@corral/contracts';
import { until } from '@corral/testing';
import { storedKey } from '../testing/stored-keys.js';
import { HeldKeys } from './held-keys.js';
import type { StoredKey } from './key-validity.pure.js';

const VALID = storedKey();
const REVOKED = storedKey({ revokedAt: new Date(0) });

/** A store whose reads are answered by hand. */
class Store {
  readonly asked: string[][] = [];
  readonly answers: ((keys: StoredKey[] | Error) => void)[] = [];

  read(publicIds: readonly string[]): Promise<StoredKey[]> {
    this.asked.push([...publicIds]);
    return new Promise((resolve, reject) => {
      this.answers.push((keys) => (keys instanceof Error ? reject(keys) : resolve(keys)));
    });
  }
}

describe('a held key', () => {
  let store: Store;
  let held: HeldKeys;
  let told: Failure[];
  const onInvalid = (failure: Failure) => void told.push(failure);

  // What goes wrong here goes wrong on purpose.
  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(() => {
    store = new Store();
    held = new HeldKeys(store);
    told = [];
  });
  afterEach(() => held.stop());

  /** All that follows from what has been answered so far has happened. */
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it('is not read while nobody doubts it', () => {
    held.hold('public', onInvalid);
    held.doubt('another');
    expect(store.asked).toEqual([]);
  });

  it('tells each of its holders once that it was withdrawn', async () => {
    held.hold('public', onInvalid);
    held.hold('public', onInvalid);
    held.doubt('public');
    store.answers[0]?.([REVOKED]);
    await settled();
    expect(told).toMatchObject([{ code: 'invalid_api_key' }, { code: 'invalid_api_key' }]);
    held.doubt('public');
    expect(store.asked).toHaveLength(1);
  });

  it.each([
    ['its person is disabled', [storedKey({ userDisabledAt: new Date(0) })], 1],
    ['its team is disabled', [storedKey({ teamDisabledAt: new Date(0) })], 1],
    ['it is gone', [], 1],
    ['it has expired', [storedKey({ expiresAt: new Date(0) })], 0],
    ['all is well', [VALID], 0],
  ])('when %s, of %j tells %p', async (_why, stored, times) => {
    held.hold('public', onInvalid);
    held.doubtAll();
    store.answers[0]?.(stored);
    await settled();
    expect(told).toHaveLength(times);
  });

  it('tells nobody who let go before the answer', async () => {
    const release = held.hold('public', onInvalid);
    held.doubt('public');
    release();
    release();
    store.answers[0]?.([REVOKED]);
    await settled();
    expect(told).toEqual([]);
  });

  it('is read again when it is doubted during a read, which may have come too early', async () => {
    held.hold('public', onInvalid);
    held.doubt('public');
    held.doubt('public');
    store.answers[0]?.([VALID]);
    await until('the second read', () => store.answers[1]);
    store.answers[1]?.([REVOKED]);
    await settled();
    expect(told).toHaveLength(1);
  });

  it('is asked for again until the database can say', async () => {
    held.hold('public', onInvalid);
    held.doubt('public');
    store.answers[0]?.(new Error('away'));
    await until('the second read', () => store.answers[1]);
    store.answers[1]?.([REVOKED]);
    await settled();
    expect(told).toHaveLength(1);
  });

  it('is read with all others in one query', () => {
    held.hold('a', onInvalid);
    held.hold('b', onInvalid);
    held.doubtAll();
    expect(store.asked).toEqual([['a', 'b']]);
  });

  it('tells the others when one of them throws', async () => {
    held.hold('public', () => {
      throw new Error('of the gateway');
    });
    held.hold('public', onInvalid);
    held.doubt('public');
    store.answers[0]?.([REVOKED]);
    await settled();
    expect(told).toHaveLength(1);
  });
});
