import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { startNats, until, type NatsServer } from '@corral/testing';
import { z } from 'zod';
import { connectBus, type Bus, type WorkQueue } from './index.js';
import { MAX_PENDING } from './work-queue.js';

const schema = z.object({ n: z.int() });
const SUBJECT = 'spec.work';
const OPTIONS = {
  stream: 'SPEC',
  subjects: [SUBJECT],
  consumer: 'spec',
  maxBytes: 10_000_000,
  dedupeMs: 60_000,
};

describe('a work queue', () => {
  let nats: NatsServer;
  let bus: Bus;
  let queue: WorkQueue<typeof schema>;
  let taken: number[];

  beforeAll(async () => {
    nats = await startNats();
  });
  afterAll(() => nats.remove());
  beforeEach(async () => {
    bus = await connectBus({ servers: nats.url, name: 'spec' });
    queue = await bus.workQueue(schema, OPTIONS);
    taken = [];
  });
  afterEach(async () => {
    await queue.stop();
    await bus.close();
  });

  const send = (n: number): Promise<void> =>
    bus.publishDurable(SUBJECT, schema, { n }, { id: `${Math.random()}` });
  const take = async (batch: { n: number }[]): Promise<void> => {
    taken.push(...batch.map(({ n }) => n));
  };
  const emptied = () => until('an empty queue', async () => (await queue.waiting()) === 0);

  it('keeps what came before anybody asked, and gives it once', async () => {
    for (let n = 0; n < 20; n += 1) await send(n);
    await queue.consume(take);
    await emptied();
    expect([...taken].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  it('takes a second message with the same id for the first', async () => {
    for (const n of [1, 2, 3]) await bus.publishDurable(SUBJECT, schema, { n }, { id: 'same' });
    await queue.consume(take);
    await emptied();
    expect(taken).toEqual([1]);
  });

  it('gives a batch again that could not be dealt with', async () => {
    await send(1);
    let tries = 0;
    await queue.consume(async (batch) => {
      tries += 1;
      if (tries === 1) throw new Error('the store is away');
      await take(batch);
    });
    await until('the second try', () => taken.length === 1);
    await emptied();
    expect(tries).toBe(2);
  });

  it('drops what will never fit', async () => {
    bus.publish(SUBJECT, z.unknown(), { n: 'text' });
    await send(2);
    await queue.consume(take);
    await emptied();
    expect([taken, bus.invalidMessages]).toEqual([[2], 1]);
  });

  it('shares its messages out among those who consume', async () => {
    const other = await bus.workQueue(schema, OPTIONS);
    await queue.consume(take);
    await other.consume(take);
    for (let n = 0; n < 50; n += 1) await send(n);
    await emptied();
    await other.stop();
    expect(new Set(taken).size).toBe(50);
    expect(taken).toHaveLength(50);
  });

  it('drops what may not come on its subject', async () => {
    await queue.stop();
    queue = await bus.workQueue(schema, {
      ...OPTIONS,
      accepts: ({ n }, subject) => subject === SUBJECT && n < 10,
    });
    await send(10);
    await send(9);
    await queue.consume(take);
    await emptied();
    expect([taken, bus.invalidMessages]).toEqual([[9], 1]);
  });

  it('gathers for a while, where it is told to', async () => {
    await queue.stop();
    queue = await bus.workQueue(schema, { ...OPTIONS, gatherMs: 400 });
    const sizes: number[] = [];
    await queue.consume(async (batch) => {
      sizes.push(batch.length);
    });
    for (let n = 0; n < 10; n += 1) await send(n);
    await emptied();
    expect(sizes).toEqual([10]);
  });

  it('takes no more than it may hold while nothing is dealt with', async () => {
    const connection = await connect({ servers: nats.url });
    const manager = await jetstreamManager(connection);
    let deal = (): void => undefined;
    const dealt = new Promise<void>((resolve) => (deal = resolve));
    let handed = 0;
    await queue.consume(async (batch) => {
      handed += batch.length;
      await dealt;
      await take(batch);
    });
    for (let n = 0; n < 5_000; n += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, at) => send(n + at)));
    }
    const pending = async () => (await manager.consumers.info('SPEC', 'spec')).num_ack_pending;
    await until('all that it may hold', async () => (await pending()) === MAX_PENDING);
    expect(handed).toBeLessThanOrEqual(1_000);
    deal();
    await emptied();
    expect(new Set(taken).size).toBe(5_000);
    await connection.close();
  });

  it('goes on after the server lost what it had', async () => {
    const connection = await connect({ servers: nats.url });
    await queue.consume(take);
    await (await jetstreamManager(connection)).streams.delete('SPEC');
    await connection.close();
    await until('a new stream', () =>
      send(1).then(
        () => true,
        () => false,
      ),
    );
    await until('the message', () => taken.length === 1);
  });

  it('goes on after the server was away, with what it had', async () => {
    await queue.consume(take);
    await send(1);
    await until('the first', () => taken.length === 1);
    await nats.stop();
    await expect(send(2)).rejects.toMatchObject({ name: 'BusError' });
    await nats.start();
    await until('the connection', () => bus.isConnected);
    await send(3);
    await until('the next', () => taken.includes(3));
  });
});
