/**
 * What the leader sees of each rollout: replicas as nodes report them, how requests went since the
 * step began, and for how long nothing has moved. It remembers from one look to the next.
 */
import { Injectable } from '@nestjs/common';
import { DeploymentsService } from '../../deployments/deployments.service.js';
import type { StoredDeployment } from '../../deployments/desired-state.pure.js';
import { desiredNow } from '../../deployments/wanted-revision.pure.js';
import { Clock } from '../../infra/clock.js';
import { NodesService } from '../../nodes/nodes.service.js';
import { PlacementService } from '../../placement/placement.service.js';
import {
  movementOf,
  observeRollout,
  type RolloutSeen,
} from '../../rollouts/rollout-observation.pure.js';
import type { Rollout, RolloutSituation } from '../../rollouts/rollout-state.pure.js';
import { RevisionTrafficRepository } from './revision-traffic.repository.js';

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

export interface RolloutLook {
  situation: RolloutSituation;
  /** For the rollout's history: more replicas of the new revision are ready than before; or null. */
  progress: string | null;
}

@Injectable()
export class RolloutWatch {
  private readonly watched = new Map<string, Watched>();

  constructor(
    private readonly nodes: NodesService,
    private readonly deployments: DeploymentsService,
    private readonly placement: PlacementService,
    private readonly ledger: RevisionTrafficRepository,
    private readonly clock: Clock,
  ) {}

  /** Forgets every rollout but those with these ids. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.watched.keys()) if (!ids.has(id)) this.watched.delete(id);
  }

  async look(deployment: StoredDeployment, rollout: Rollout): Promise<RolloutLook> {
    const nowMs = this.clock.monotonicMs();
    const observed = this.nodes.observed();
    const seen = this.withRefusal(
      observeRollout(rollout, this.deployments.desired().replicas, observed),
      rollout.to,
    );
    const desired = desiredNow(deployment);
    const watched = this.watch(rollout, movementOf(rollout, seen, observed), nowMs);
    const isMore = seen.to.ready > watched.toReady && rollout.state === 'progressing';
    watched.toReady = seen.to.ready;
    await this.readTraffic(rollout, watched, nowMs);
    return {
      progress: isMore
        ? `Revision ${rollout.to.number}: ${seen.to.ready} of ${desired} replicas are ready.`
        : null,
      situation: {
        desired,
        ...seen,
        noRoom: this.deployments.placementReason(deployment.name),
        traffic: watched.traffic,
        stepAgeMs: this.clock.now().getTime() - rollout.stepStartedAt.getTime(),
        stalledMs: nowMs - watched.movedAtMs,
      },
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
