/**
 * Random kills of engines, workers and controllers of a cluster under load, one after the other, as
 * fast as the cluster can take them.
 *
 * What is never done, since nobody could keep the books then: what an answer has come to is known to
 * its controller and its worker, so one of them dies only when the other has taken over what the last
 * fault left (see {@link Kills.mayKill}).
 */
import { until } from '@corral/testing';
import type { Cluster } from './cluster.js';
import type { Load } from './load.js';
import type { Seen } from './load-client.js';
import type { MemberProcess } from './member-process.js';
import type { Chance } from './seeded.js';

/** A worker leaves an engine that crashes three times alone for a minute. */
const CRASHES_BEFORE_A_LOOP = 2;
/** A controller's silence is noticed after 4 s, and what was generated for it is told soon after. */
const ORPHANS_TOLD_MS = 6_000;
/** A cluster has to come back within it, so that the next one can be killed. */
const RECOVERY_LIMIT_MS = 60_000;

export type Victim = 'engine' | 'worker' | 'controller';

export class Kills {
  readonly counts: Record<Victim, number> = { engine: 0, worker: 0, controller: 0 };
  /** Of each worker's present life. */
  private readonly engineCrashes = new Map<MemberProcess, number>();
  private readonly restarts: Promise<void>[] = [];
  private deck: Victim[] = [];
  /** Streams as they were when the last killed worker served again. */
  private interrupted: { seen: Seen; tokens: number }[] = [];
  private controllerKilledAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly cluster: Cluster,
    private readonly load: Load,
    private readonly chance: Chance,
  ) {}

  /** Resolves when so many have been killed and everything runs again. */
  async run(kills: number): Promise<void> {
    for (let kill = 0; kill < kills; kill += 1) {
      // Some way into what the last one left.
      const tokens = this.load.tokens + this.chance.between(100, 1_000);
      await until('the next tokens', () => this.load.tokens >= tokens, RECOVERY_LIMIT_MS);
      const victim = this.nextVictim();
      await until(`a ${victim} to kill`, () => this.mayKill(victim), RECOVERY_LIMIT_MS);
      await this.kill(victim);
    }
    await Promise.all(this.restarts);
  }

  /** Each kind comes as often as the others, in an order that only the seed knows. */
  private nextVictim(): Victim {
    if (this.deck.length === 0) this.deck = ['engine', 'worker', 'controller'];
    const victim = this.chance.oneOf(this.deck);
    this.deck = this.deck.filter((other) => other !== victim);
    const loops = this.cluster.workers.every((worker) => !this.mayCrash(worker));
    return victim === 'engine' && loops ? 'worker' : victim;
  }

  private async mayKill(victim: Victim): Promise<boolean> {
    const { controllers, workers } = this.cluster;
    if (victim === 'controller') {
      // One has to stay for the clients.
      const all = [...controllers, ...workers];
      return all.every(({ isServing }) => isServing) && this.hasMoved();
    }
    if (!workers.every(({ isServing }) => isServing)) return false;
    return victim === 'engine' || this.isTakenOver();
  }

  private async kill(victim: Victim): Promise<void> {
    this.counts[victim] += 1;
    if (victim === 'engine') {
      await until('an engine to kill', () => this.killEngine(), RECOVERY_LIMIT_MS);
      return;
    }
    const { controllers, workers } = this.cluster;
    const member = this.chance.oneOf(victim === 'worker' ? workers : controllers);
    this.engineCrashes.delete(member);
    await member.kill();
    if (victim === 'controller') this.controllerKilledAtMs = performance.now();
    this.restarts.push(this.restart(member, victim));
  }

  /** False when there is none that may be killed. */
  private async killEngine(): Promise<boolean> {
    const engines = await this.engines();
    if (engines.length === 0) return false;
    const [worker, pid] = this.chance.oneOf(engines);
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It went down with its worker, and its next life has not been heard of.
      return false;
    }
    this.engineCrashes.set(worker, (this.engineCrashes.get(worker) ?? 0) + 1);
    return true;
  }

  private async restart(member: MemberProcess, victim: Victim): Promise<void> {
    await member.start();
    if (victim !== 'worker') return;
    // Nothing that the killed one sent is still on its way by now.
    this.interrupted = this.load.underWay.map((seen) => ({ seen, tokens: seen.tokens }));
  }

  private mayCrash(worker: MemberProcess): boolean {
    return (this.engineCrashes.get(worker) ?? 0) < CRASHES_BEFORE_A_LOOP;
  }

  /** Every stream of a worker that was killed has gone on, so another worker knows of it again. */
  private hasMoved(): boolean {
    return this.interrupted.every(
      ({ seen, tokens }) => tokens === 0 || seen.endedAtMs !== null || seen.tokens > tokens,
    );
  }

  /** What the workers had generated for a controller that was killed is in the database. */
  private async isTakenOver(): Promise<boolean> {
    if (performance.now() - this.controllerKilledAtMs < ORPHANS_TOLD_MS) return false;
    const cut = this.load.all.filter(
      ({ status, broken, tokens }) => status === 200 && broken !== null && tokens > 0,
    );
    const ids = cut.map(({ requestId }) => requestId);
    const [found] = await this.cluster.sql<{ count: number }>(
      `SELECT count(DISTINCT request_id)::int AS count FROM (
        SELECT request_id FROM orphaned_generation UNION SELECT request_id FROM request_usage
      ) known WHERE request_id = ANY($1)`,
      ids,
    );
    return found?.count === ids.length;
  }

  /** Engines that serve, and whose worker will start them again soon. */
  private async engines(): Promise<[MemberProcess, number][]> {
    const at = this.cluster.controllers.findIndex(({ isServing }) => isServing);
    if (at < 0) return [];
    const { nodes } = await this.cluster.overview(at);
    return nodes.flatMap(({ name, replicas }) => {
      const worker = this.cluster.workers.find((one) => one.name === name);
      const [replica] = replicas;
      if (worker === undefined || replica?.state !== 'ready' || replica.enginePid === null) {
        return [];
      }
      return this.mayCrash(worker) ? [[worker, replica.enginePid]] : [];
    });
  }
}
