/**
 * Carries rollouts on, on the leading controller: looks at each once a second, and writes what the
 * state machine decides. The reconciler takes the numbers of replicas from the same state by itself.
 */
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { DeploymentsService } from '../../deployments/deployments.service.js';
import type { StoredDeployment } from '../../deployments/desired-state.pure.js';
import { PlacementService } from '../../placement/placement.service.js';
import { desiredNow } from '../../deployments/wanted-revision.pure.js';
import { Clock } from '../../infra/clock.js';
import { LeaderService } from '../../infra/leader.service.js';
import { Rounds } from '../../infra/rounds.js';
import { NodesService } from '../../nodes/nodes.service.js';
import { RevisionTrafficRepository } from './revision-traffic.repository.js';
import {
  movementOf,
  observeRollout,
  type RolloutSeen,
} from '../../rollouts/rollout-observation.pure.js';
import type { Rollout, RolloutSituation } from '../../rollouts/rollout-state.pure.js';
import { rolloutStep } from '../../rollouts/rollout-step.pure.js';
import { RolloutsRepository } from '../../rollouts/rollouts.repository.js';

const INTERVAL_MS = 500;
/** Several heartbeats of each node: a new leader first hears what there is. */
const FIRST_LOOK_MS = 3_000;
const TRAFFIC_INTERVAL_MS = 2_000;

/** What this leader remembers of a rollout; a new one begins anew, and only waits a little longer. */
interface Watched {
  movement: string;
  movedAtMs: number;
  toReady: number;
  traffic: RolloutSituation['traffic'];
  trafficAtMs: number;
  /** Traffic is that of this step, from then on. */
  since: number;
}

@Injectable()
export class RolloutRunner implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(RolloutRunner.name);
  private readonly watched = new Map<string, Watched>();
  private readonly rounds = new Rounds(
    () => this.stepAll(),
    (error) => this.logger.warn(`a rollout did not go on and is tried again: ${String(error)}`),
  );

  constructor(
    private readonly leader: LeaderService,
    private readonly nodes: NodesService,
    private readonly deployments: DeploymentsService,
    private readonly rollouts: RolloutsRepository,
    private readonly ledger: RevisionTrafficRepository,
    private readonly placement: PlacementService,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.rounds.start(INTERVAL_MS);
  }

  onModuleDestroy(): void {
    this.rounds.stop();
  }

  private async stepAll(): Promise<void> {
    if (this.leader.ledForMs() < FIRST_LOOK_MS) return this.watched.clear();
    const { deployments } = this.deployments.desired();
    const open = new Set(deployments.flatMap(({ rollout }) => rollout?.id ?? []));
    for (const id of this.watched.keys()) if (!open.has(id)) this.watched.delete(id);
    for (const deployment of deployments) {
      if (deployment.rollout !== null) await this.step(deployment, deployment.rollout);
    }
  }

  private async step(deployment: StoredDeployment, rollout: Rollout): Promise<void> {
    const situation = await this.look(deployment, rollout);
    const change = rolloutStep(rollout, situation);
    if (change === null) return;
    const applied = await this.rollouts.transaction((tx) =>
      this.rollouts.apply(tx, rollout, change),
    );
    if (applied) {
      const { state, step, weight, message } = change;
      this.logger.log({
        rollout: rollout.id,
        deployment: deployment.name,
        state,
        step,
        weight,
        message,
      });
    }
    await this.deployments.changed();
  }

  private async look(deployment: StoredDeployment, rollout: Rollout): Promise<RolloutSituation> {
    const nowMs = this.clock.monotonicMs();
    const observed = this.nodes.observed();
    const seen = this.withRefusal(
      observeRollout(rollout, this.deployments.desired().replicas, observed),
      rollout.to,
    );
    const desired = desiredNow(deployment);
    const watched = this.watch(rollout, movementOf(rollout, seen, observed), nowMs);
    if (seen.to.ready > watched.toReady && rollout.state === 'progressing') {
      const of = `${seen.to.ready} of ${desired} replicas are ready`;
      await this.rollouts.note(rollout.id, `Revision ${rollout.to.number}: ${of}.`);
    }
    watched.toReady = seen.to.ready;
    await this.readTraffic(rollout, watched, nowMs);
    return {
      desired,
      ...seen,
      noRoom: this.deployments.placementReason(deployment.name),
      traffic: watched.traffic,
      stepAgeMs: this.clock.now().getTime() - rollout.stepStartedAt.getTime(),
      stalledMs: nowMs - watched.movedAtMs,
    };
  }

  /** What no node can load is never placed; that is a failed load all the same. */
  private withRefusal(seen: RolloutSeen, revision: Rollout['to']): RolloutSeen {
    const need = this.placement.needOf(revision);
    if (need.known || !need.refused) return seen;
    const count = seen.loadFailures.count + 1;
    return { ...seen, loadFailures: { count, reason: need.reason, isFinal: true } };
  }

  private watch(rollout: Rollout, movement: string, nowMs: number): Watched {
    const known = this.watched.get(rollout.id);
    if (known === undefined) {
      const since = rollout.stepStartedAt.getTime();
      const traffic = { traffic: null, trafficAtMs: Number.NEGATIVE_INFINITY, since };
      // What was ready before this leader came is no news.
      const toReady = rollout.state === 'planned' ? 0 : Number.POSITIVE_INFINITY;
      const made = { movement, movedAtMs: nowMs, toReady, ...traffic };
      this.watched.set(rollout.id, made);
      return made;
    }
    if (known.movement !== movement) Object.assign(known, { movement, movedAtMs: nowMs });
    return known;
  }

  /** Kept between two readings, but never over the beginning of a step. */
  private async readTraffic(rollout: Rollout, watched: Watched, nowMs: number): Promise<void> {
    const since = rollout.stepStartedAt.getTime();
    if (watched.since !== since) watched.traffic = null;
    else if (nowMs - watched.trafficAtMs < TRAFFIC_INTERVAL_MS) return;
    watched.since = since;
    watched.trafficAtMs = nowMs;
    watched.traffic = await this.ledger.since(rollout.stepStartedAt, {
      from: rollout.from.id,
      to: rollout.to.id,
    });
  }
}
