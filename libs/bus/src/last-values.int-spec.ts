import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { startNats, until, type NatsServer } from '@corral/testing';
import { z } from 'zod';
import { connectBus, type Bus, type LastValues } from './index.js';

const schema = z.object({ n: z.int() });
const OPTIONS = { stream: 'LAST', subjects: ['last.>'], maxBytes: 1_000_000, maxAgeMs: 60_000 };

describe('the latest word on each subject', () => {
  let nats: NatsServer;
  let bus: Bus;
  let values: LastValues<typeof schema>;

  beforeAll(async () => {
    nats = await startNats();
    bus = await connectBus({ servers: nats.url, name: 'spec' });
    values = await bus.lastValues(schema, OPTIONS);
  });
  afterAll(async () => {
    await bus.close();
    await nats.remove();
  });

  const say = (subject: string, n: number): void => bus.publish(subject, schema, { n });
  const said = async (filter: string): Promise<[string, number][]> =>
    (await values.latest(filter)).map(({ subject, value }) => [subject, value.n]);

  it('is kept, and none before it', async () => {
    for (const n of [1, 2, 3]) say('last.a.one', n);
    say('last.a.two', 4);
    say('last.b.one', 5);
    await until('the last of them', async () => (await said('last.b.*')).length === 1);
    expect((await said('last.a.*')).sort()).toEqual([
      ['last.a.one', 3],
      ['last.a.two', 4],
    ]);
    expect(await said('last.c.*')).toEqual([]);
  });

  it('is read as nothing where the server has lost it, and kept again once the bus is back', async () => {
    const connection = await connect({ servers: nats.url });
    const manager = await jetstreamManager(connection);
    await manager.streams.delete(OPTIONS.stream);
    expect(await said('last.a.*')).toEqual([]);
    await connection.close();
    await nats.stop();
    await nats.start();
    await until('a new word is kept', async () => {
      say('last.a.one', 9);
      return (await said('last.a.*').catch(() => [])).length === 1;
    });
    expect(await said('last.a.*')).toEqual([['last.a.one', 9]]);
  });
});
