/**
 * What most fault scenarios start from: a cluster with one fake deployment, a key that is limited
 * by nothing, questions drawn by a seed, and at the end the ledger against all that was sent.
 */
import type { CreatedKey } from '@corral/contracts/http';
import { until } from '@corral/testing';
import { Cluster, type ClusterSize, type FakeDeployment } from './cluster.js';
import { disagreements, ledgerOf, settled, type LedgerRow } from './ledger.js';
import { limitedKey } from './limited-key.js';
import { isComplete, isExact, type Question, type Seen } from './load-client.js';
import { chosenSeed, seeded, type Chance } from './seeded.js';

/** `CORRAL_FULL=1`: the long form of a scenario, for a machine that is otherwise idle. */
export const isFull = process.env.CORRAL_FULL === '1';

/** For scenarios that take minutes: left out, and said so, unless all is to be run. */
export function describeInFull(name: string, scenarios: () => void): void {
  if (!isFull) console.info(`skipped: ${name} takes minutes; CORRAL_FULL=1 runs it`);
  (isFull ? describe : describe.skip)(name, scenarios);
}

/** {@link describeInFull} for one scenario among others. */
export function itInFull(name: string, scenario: () => Promise<void>, limitMs: number): void {
  if (!isFull) console.info(`skipped: ${name}; CORRAL_FULL=1 runs it`);
  (isFull ? it : it.skip)(name, scenario, limitMs);
}

const UNLIMITED = {
  concurrentRequests: 2_000,
  requestsPerMinute: 1_000_000,
  tokensPerDay: 1_000_000_000,
};
/** A controller is missed after 20 s, and by one that leads for as long. */
const SETTLED_WITHIN_MS = 60_000;

export class Stage {
  /** By all scenarios on this stage; the ledger has to know all of it. */
  readonly sent: Seen[] = [];

  private constructor(
    readonly cluster: Cluster,
    readonly deployment: string,
    readonly key: CreatedKey,
    readonly chance: Chance,
  ) {}

  /** Resolves when all replicas are ready; prints the seed. */
  static async start(size: ClusterSize, deployment: FakeDeployment): Promise<Stage> {
    const seed = chosenSeed();
    console.info(`seed ${seed}`);
    const cluster = await Cluster.start(size);
    try {
      await cluster.deploy(deployment);
      const key = await limitedKey(cluster, deployment.name, UNLIMITED);
      return new Stage(cluster, deployment.name, key, seeded(seed));
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  stop(): Promise<void> {
    return this.cluster.stop();
  }

  /** To a controller that serves, as a load balancer would choose. */
  question(maxTokens: number, more: Partial<Question> = {}): Question {
    const { cluster, chance } = this;
    const serving = cluster.urls.filter((_url, at) => cluster.controllers[at]?.isServing === true);
    return {
      url: chance.oneOf(serving.length > 0 ? serving : cluster.urls),
      apiKey: this.key.apiKey,
      model: this.deployment,
      promptTokens: chance.between(1, 100),
      maxTokens,
      seed: chance.between(1, 1_000_000_000),
      ...more,
    };
  }

  /** Which of the workers has most streams on board, once heartbeats show so many at work. */
  async busiestWorker(streams: number): Promise<number> {
    const busy = await until('heartbeats to show all streams', async () => {
      const { nodes } = await this.cluster.overview();
      const slots = this.cluster.workers.map(({ name }) =>
        nodes
          .filter((node) => node.name === name)
          .flatMap(({ replicas }) => replicas)
          .reduce((sum, { activeSlots }) => sum + activeSlots, 0),
      );
      return slots.reduce((sum, one) => sum + one, 0) >= streams && slots;
    });
    return busy.indexOf(Math.max(...busy));
  }

  /** Once nothing is under way: one line for each thing on which ledger and clients disagree. */
  async disagreements(): Promise<string[]> {
    const check = await settled(this.cluster, SETTLED_WITHIN_MS);
    const differences = check.differences.map((difference) => JSON.stringify(difference));
    return [...disagreements(this.sent, await this.rows()), ...differences];
  }

  /** Those that took more than one attempt, once the ledger has all of them. */
  async movedOf(all: readonly Seen[]): Promise<Seen[]> {
    const rows = await until('all rows', async () => {
      const found = await this.rows();
      return all.every(({ requestId }) => found.has(requestId ?? '')) ? found : null;
    });
    return all.filter(({ requestId }) => (rows.get(requestId ?? '')?.attempts ?? 0) > 1);
  }

  /** The ledger's rows by request id. */
  rows(): Promise<Map<string, LedgerRow>> {
    return ledgerOf(this.cluster, [this.key.id]);
  }
}

/** The last test on a stage: after all that it went through, the books are what its clients saw. */
export function itAgreesWithTheLedger(stageOf: () => Stage, limitMs: number): void {
  it(
    'the ledger has all of it, as the clients saw it',
    async () => {
      expect(await stageOf().disagreements()).toEqual([]);
    },
    limitMs,
  );
}

/** The whole text came, to the letter. */
export function isRight(seen: Seen): boolean {
  return isComplete(seen) && isExact(seen) && seen.tokens === seen.question.maxTokens;
}

/** What went wrong with those that are not right, one line each. */
export function faultsOf(all: readonly Seen[]): string[] {
  return all
    .filter((seen) => !isRight(seen))
    .map((seen) => {
      const { requestId, status, tokens, question, error, broken } = seen;
      const exact = isExact(seen) ? 'exact' : 'WRONG TEXT';
      const why = error === null ? broken : `${error.code}: ${error.message}`;
      return `${requestId}: ${status}, ${tokens} of ${question.maxTokens}, ${exact}, ${why}`;
    });
}

/** The value that so large a share (0 to 1) of them does not exceed; 0 of none. Whole numbers. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
}
