/**
 * Leaving in order: no new attempts, the running ones may end, then the engines are stopped. Every
 * step tells the controllers, so that nobody waits for a node that has gone.
 */
import { Injectable } from '@nestjs/common';
import type { Failure } from '@corral/contracts';
import { GenerationService } from '../generation/generation.service.js';
import { Clock } from '../infra/clock.js';
import { WorkerLog } from '../infra/log.js';
import { ReplicasService } from '../supervisor/replicas.service.js';
import { HeartbeatService } from './heartbeat.service.js';
import { ReconcileService } from './reconcile.service.js';

const LEAVING: Failure = { code: 'worker_lost', message: 'The worker was shut down.' };
const POLL_MS = 50;

@Injectable()
export class DepartureService {
  constructor(
    private readonly reconcile: ReconcileService,
    private readonly generation: GenerationService,
    private readonly heartbeat: HeartbeatService,
    private readonly replicas: ReplicasService,
    private readonly clock: Clock,
    private readonly log: WorkerLog,
  ) {}

  /** Resolves when no engine runs any more: at most `drainMs` and two seconds from now. */
  async leave(drainMs: number): Promise<void> {
    const startedAtMs = this.clock.nowMs();
    this.reconcile.leave();
    this.generation.draining = true;
    await this.heartbeat.beat();
    this.log.info('worker is leaving', { attempts: this.generation.running });
    while (this.generation.running > 0 && this.clock.nowMs() - startedAtMs < drainMs) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    this.generation.endAll(LEAVING);
    await this.replicas.stopAll();
    await this.heartbeat.beat();
  }
}
