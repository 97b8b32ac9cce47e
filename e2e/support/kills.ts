/**
 * Random kills of engines, workers and controllers of a cluster under load, one after the other, as
 * fast as the cluster can take them: a worker may die with what its controller left, and the other
 * way round. One controller and one worker stay, so that clients have somebody to ask.
 */
import { until } from '@corral/testing';
import type { Cluster } from './cluster.js';
import type { Load } from './load.js';
import type { MemberProcess } from './member-process.js';
import type { Chance } from './seeded.js';

/** A worker leaves an engine that crashes three times alone for a minute. */
const CRASHES_BEFORE_A_LOOP = 2;
/** A cluster has to come back within it, so that the next one can be killed. */
const RECOVERY_LIMIT_MS = 60_000;

export type Victim = 'engine' | 'worker' | 'controller';

export class Kills {
  readonly counts: Record<Victim, number> = { engine: 0, worker: 0, controller: 0 };
  /** Of each worker's present life. */
  private readonly engineCrashes = new Map<MemberProcess, number>();
  private readonly restarts: Promise<void>[] = [];
  private deck: Victim[] = [];

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

  /** One of them stays, and an engine is killed where there is one. */
  private mayKill(victim: Victim): boolean {
    const { controllers, workers } = this.cluster;
    const others = victim === 'controller' ? controllers : workers;
    return others.every(({ isServing }) => isServing);
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
    this.restarts.push(member.start());
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

  private mayCrash(worker: MemberProcess): boolean {
    return (this.engineCrashes.get(worker) ?? 0) < CRASHES_BEFORE_A_LOOP;
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
