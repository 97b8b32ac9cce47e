/** One copy of a model file in the cluster is enough: the other workers get it by themselves. */
import { modelViewSchema, type NodeView } from '@corral/contracts/http';
import { fakeText, TINY, until } from '@corral/testing';
import { Cluster } from '../support/cluster.js';
import { ask } from '../support/load-client.js';

const MODEL = 'spread';
const MAX_TOKENS = 20;
/** Some 35 MB: far more than the system keeps under way on a connection whose sender is gone. */
const SHAPE = { ...TINY, vocab: 131_072 };
/** Megabits a second: the file takes four seconds at it, long enough to be cut off. */
const SLOWLY = { CORRAL_FETCH_MBIT_PER_S: '70' };
/** An address that no machine has, so that this worker serves nothing and knows no neighbours. */
const ALONE = { CORRAL_FILE_SERVER_HOST: '192.0.2.1' };

let cluster: Cluster;

afterEach(() => cluster.stop());

async function node(name: string): Promise<NodeView | undefined> {
  return (await cluster.overview()).nodes.find((one) => one.name === name);
}

/** Share of the file that its replica's node has; null when it does not fetch. */
async function fetchedOn(name: string): Promise<number | null> {
  const replica = (await node(name))?.replicas[0];
  return replica?.state === 'fetching' ? replica.progress : null;
}

/** Exact answers from every one of the nodes. */
async function expectServedBy(nodes: number): Promise<void> {
  const { apiKey } = await cluster.createKey();
  const servedBy = await until(
    'an answer from each node',
    async () => {
      const asked = Array.from({ length: nodes * 4 }, (_, seed) => {
        const question = { apiKey, model: MODEL, promptTokens: 10, maxTokens: MAX_TOKENS, seed };
        return ask({ url: cluster.urls[0] ?? '', ...question }).ended;
      });
      const seen = await Promise.all(asked);
      expect(seen.map(({ text }) => text)).toEqual(
        seen.map(({ question }) => fakeText(question.seed, MAX_TOKENS)),
      );
      const rows = await cluster.sql<{ node: string }>(
        'SELECT DISTINCT node_id AS node FROM request_usage WHERE node_id IS NOT NULL',
      );
      return rows.length === nodes ? rows : null;
    },
    30_000,
  );
  expect(servedBy).toHaveLength(nodes);
}

it('a model imported on one of three workers serves on all, though that one is killed on the way', async () => {
  cluster = await Cluster.start({
    controllers: 1,
    workers: 3,
    holders: 1,
    shape: SHAPE,
    workerEnv: () => SLOWLY,
  });
  const deployment = { name: MODEL, slots: 1, replicas: 3 };
  await cluster.order(deployment);
  await until('two that fetch', async () => {
    const shares = [await fetchedOn('worker-1'), await fetchedOn('worker-2')];
    return shares.every((share) => share !== null && share > 0.1 && share < 0.5);
  });
  const models = await cluster.adminJson('/models');
  const [model] = (models as { data: unknown[] }).data.map((one) => modelViewSchema.parse(one));
  expect(model).toMatchObject({ nodeIds: [expect.any(String)], state: 'ready' });
  expect(model?.fetches).toHaveLength(2);

  const [source] = cluster.workers;
  await source?.kill();
  await until('the others to notice', async () => {
    return (await node('worker-1'))?.replicas[0]?.failure !== null;
  });
  expect(await fetchedOn('worker-1')).toBeGreaterThan(0.1);
  // It comes back with another port and another token, which the others are told.
  await source?.start();
  await cluster.served(deployment);
  await expectServedBy(3);
}, 180_000);

it('a worker that sees no other gets the file by way of a controller', async () => {
  cluster = await Cluster.start({
    controllers: 2,
    workers: 2,
    holders: 1,
    workerEnv: (at) => (at === 0 ? {} : ALONE),
  });
  await cluster.deploy({ name: MODEL, slots: 1, replicas: 2 });
  await expectServedBy(2);
}, 180_000);
