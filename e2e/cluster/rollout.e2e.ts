/**
 * A deployment moves to another revision, and its controllers are replaced, while 20 requests come
 * in each second: each gets its whole answer (reliability scenario 12). Engines are fake ones.
 *
 * CORRAL_ROLLOUTS=5 for so many rollouts, there and back.
 */
import {
  rolloutViewSchema,
  startedRolloutSchema,
  type CreatedKey,
  type RolloutView,
} from '@corral/contracts/http';
import { fakeTemplate, until, type FakeOptions } from '@corral/testing';
import { Cluster } from '../support/cluster.js';
import { ask, isComplete, isExact, type Question, type Seen } from '../support/load-client.js';
import { chosenSeed, seeded } from '../support/seeded.js';
import { itInFull } from '../support/stage.js';
import { SteadyLoad } from '../support/steady-load.js';

const ROLLOUTS = Number(process.env.CORRAL_ROLLOUTS ?? 1);
const PER_SECOND = 20;
const ROLLOUT_LIMIT_MS = 60_000;
const LIMIT_MS = 180_000;
const FAKE = { tokensPerSecond: 100, loadMs: 300 };

const seed = chosenSeed();
const chance = seeded(seed);
let cluster: Cluster;
let key: CreatedKey;
/** Places of the controllers that a load balancer would send requests to. */
let inRotation = [0, 1];

beforeAll(async () => {
  console.info(`rollout: seed ${seed}`);
  cluster = await Cluster.start({ controllers: 2, workers: 2, drainMs: 10_000 });
  await cluster.deploy({ name: 'm', slots: 32, fake: FAKE });
  key = await cluster.createKey();
}, LIMIT_MS);
afterAll(() => cluster.stop());

/** Mostly short answers, and some that go on for a few seconds. */
function question(): Question {
  return {
    url: cluster.urls[chance.oneOf(inRotation)] ?? '',
    apiKey: key.apiKey,
    model: 'm',
    promptTokens: chance.between(1, 100),
    maxTokens: chance.between(1, 10) === 1 ? 300 : chance.between(5, 60),
    seed: chance.between(1, 1_000_000_000),
  };
}

const templateOf = (fake: Partial<FakeOptions>) => fakeTemplate({ ...FAKE, ...fake });

async function begin(order: object): Promise<RolloutView> {
  const body = { deployment: 'm', ...order };
  const at = inRotation[0] ?? 0;
  const answer = await cluster.adminJson('/rollouts', { method: 'POST', body }, at);
  const { rollout } = startedRolloutSchema.parse(answer);
  if (rollout === null) throw new Error('nothing was begun');
  return rollout;
}

const ended = ({ id }: RolloutView): Promise<RolloutView> =>
  until(
    'the end of the rollout',
    async () => {
      const seen = rolloutViewSchema.parse(await cluster.adminJson(`/rollouts/${id}`));
      return seen.endedAt === null ? null : seen;
    },
    ROLLOUT_LIMIT_MS,
  );

async function answered(load: SteadyLoad, more: number): Promise<void> {
  const before = load.all.filter(isComplete).length;
  await until('answers', () => load.all.filter(isComplete).length >= before + more, 30_000);
}

/** What went wrong, in a line each. */
function faults(all: readonly Seen[]): string[] {
  return all
    .filter((seen) => !isComplete(seen) || !isExact(seen) || seen.tokens < seen.question.maxTokens)
    .map(({ status, error, broken, tokens, question: { maxTokens } }) =>
      JSON.stringify({ status, error, broken, tokens, maxTokens }),
    );
}

/** Stopped as a supervisor does, once no more requests are sent there, and started anew. */
async function replaceController(at: number, load: SteadyLoad): Promise<void> {
  inRotation = inRotation.filter((place) => place !== at);
  await cluster.controllers[at]?.stop();
  await cluster.controllers[at]?.start();
  await until('it to serve', async () => {
    const health = await fetch(`${cluster.urls[at]}/health/ready`).catch(() => null);
    return health?.ok === true && (await cluster.overview(at)).nodes.length === 2;
  });
  inRotation = [...inRotation, at];
  await answered(load, PER_SECOND);
}

describe('under 20 requests a second', () => {
  it(
    'a rollout loses no request and truncates no answer',
    async () => {
      const load = new SteadyLoad(PER_SECOND, question);
      await answered(load, PER_SECOND);
      for (let round = 0; round < ROLLOUTS; round += 1) {
        const there = await ended(await begin({ spec: { slots: 31 - round } }));
        expect(there).toMatchObject({ state: 'completed', weight: 100 });
      }
      await answered(load, PER_SECOND);
      const all = await load.stop();
      console.info(`rollout: ${all.length - faults(all).length}/${all.length} complete and exact`);
      expect(faults(all)).toEqual([]);
    },
    LIMIT_MS,
  );

  itInFull(
    'so do controllers that are replaced one after the other, and then a rollout',
    async () => {
      const load = new SteadyLoad(PER_SECOND, question);
      await answered(load, PER_SECOND);
      await replaceController(0, load);
      await replaceController(1, load);
      const done = await ended(await begin({ spec: { slots: 24 } }));
      expect(done.state).toBe('completed');
      await answered(load, PER_SECOND);
      const all = await load.stop();
      console.info(
        `scenario 12: ${all.length - faults(all).length}/${all.length} complete and exact`,
      );
      expect(faults(all)).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'a revision that cannot be loaded rolls itself back and says why, and nobody notices',
    async () => {
      const load = new SteadyLoad(PER_SECOND, question);
      await answered(load, PER_SECOND);
      const loadFailure = "The spec's chat template is broken: Unknown statement type: for.";
      const back = await ended(
        await begin({ spec: { chatTemplate: templateOf({ loadFailure }) } }),
      );
      expect(back.state).toBe('rolled_back');
      expect(back.reason).toContain(loadFailure);
      const all = await load.stop();
      expect(faults(all)).toEqual([]);
    },
    LIMIT_MS,
  );
});

describe('a canary', () => {
  it(
    'serves its share of the keys, the same on both controllers, and is in the books',
    async () => {
      const keys = await Promise.all(
        Array.from({ length: 12 }, (_, at) => cluster.createKey({ name: `key ${at}` })),
      );
      const begun = await begin({
        spec: { slots: 16 },
        strategy: { canarySteps: [50], bakeS: 600 },
      });
      await until(
        'the canary on both controllers',
        async () => {
          const views = await Promise.all(
            [0, 1].map((at) => cluster.adminJson('/deployments/m', {}, at)),
          );
          return views.every((view) => JSON.stringify(view).includes('"weight":50'));
        },
        ROLLOUT_LIMIT_MS,
      );
      const load = keys.flatMap(({ apiKey }) =>
        cluster.urls.map((url) => ({ ...question(), url, apiKey, maxTokens: 5 })),
      );
      expect(faults(await Promise.all(load.map((one) => ask(one).ended)))).toEqual([]);
      const rows = await until('the books', async () => {
        const found = await cluster.sql<{ key_id: string; revision_id: string }>(
          'SELECT key_id, revision_id FROM request_usage WHERE key_id = ANY($1)',
          keys.map(({ id }) => id),
        );
        return found.length === load.length ? found : null;
      });
      const served = new Map<string, Set<string>>();
      for (const { key_id: id, revision_id: revision } of rows) {
        served.set(id, (served.get(id) ?? new Set()).add(revision));
      }
      // Each key has one revision, and each revision has keys.
      expect([...served.values()].map(({ size }) => size)).toEqual(keys.map(() => 1));
      expect(new Set(rows.map(({ revision_id: revision }) => revision)).size).toBe(2);
      await cluster.adminJson(`/rollouts/${begun.id}/promote`, { method: 'POST' });
      expect((await ended(begun)).state).toBe('completed');
    },
    LIMIT_MS,
  );
});
