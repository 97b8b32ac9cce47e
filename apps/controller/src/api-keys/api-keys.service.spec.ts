import type { Bus } from '@corral/bus';
import type { Change } from '@corral/contracts';
import type { PrismaService } from '../infra/prisma.service.js';
import { DrivenClock } from '../testing/driven-clock.js';
import { mintApiKey } from './api-key.js';
import { ApiKeysService } from './api-keys.service.js';

const { apiKey, ...stored } = mintApiKey();
const VALID = { ...stored, id: 'id', name: 'k', expiresAt: null, revokedAt: null };
const REVOKED = { ...VALID, revokedAt: new Date(0) };

type Row = typeof VALID | typeof REVOKED | null;

/** A key store whose reads are answered by hand, and a bus on which a change can be announced. */
class Recorder {
  readonly answers: ((row: Row | Error) => void)[] = [];
  readonly clock = new DrivenClock();
  readonly keys: ApiKeysService;
  private heard: (change: Change) => void = () => undefined;

  constructor() {
    const findUnique = () =>
      new Promise<Row>((resolve, reject) => {
        this.answers.push((row) => (row instanceof Error ? reject(row) : resolve(row)));
      });
    const updateMany = () => Promise.resolve();
    const prisma = { client: { apiKey: { findUnique, updateMany } } } as unknown as PrismaService;
    const bus = {
      subscribe: (_subject: string, _schema: unknown, listener: (change: Change) => void) => {
        this.heard = listener;
      },
      onStatus: () => undefined,
    } as unknown as Bus;
    this.keys = new ApiKeysService(prisma, bus, this.clock);
    this.keys.onModuleInit();
  }

  announce(): void {
    this.heard({ what: 'api_key', publicId: stored.publicId });
  }
}

describe('the verification of a key', () => {
  let store: Recorder;
  const refusal = (code: string) => ({ failure: { code } });

  beforeEach(() => {
    store = new Recorder();
  });
  afterEach(() => store.keys.onApplicationShutdown());

  async function known(): Promise<void> {
    const first = store.keys.authenticate(apiKey);
    store.answers[0]?.(VALID);
    await first;
  }

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
    await expect(third).resolves.toMatchObject({ keyId: 'id' });
  });

  it('never asks the store for a mistyped key', async () => {
    const mistyped = apiKey.slice(0, -1) + (apiKey.endsWith('0') ? '1' : '0');
    await expect(store.keys.authenticate(mistyped)).rejects.toMatchObject(
      refusal('invalid_api_key'),
    );
    expect(store.answers).toHaveLength(0);
  });
});
