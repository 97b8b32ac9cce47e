/**
 * All replicas of this node. The reconciler creates, starts, drains and stops them; generation
 * sends them attempts and hears their steps; the heartbeat observes them.
 */
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import type { Assignment, Failure, ObservedReplica } from '@corral/contracts';
import { Subject } from 'rxjs';
import type { WorkerSettings } from '../config/settings.js';
import { Clock } from '../infra/clock.js';
import { WorkerLog } from '../infra/log.js';
import { ENGINE_ENVIRONMENT, SETTINGS } from '../infra/tokens.js';
import { AdmissionService } from './admission.service.js';
import { findEngineLaunch, PLAIN_LAUNCH } from './engine-launch.js';
import { EngineProcess } from './engine-process.js';
import type { ReplicaPort, StepStreams } from './replica-port.js';
import { Replica } from './replica.js';

const WATCHDOG_ROUND_MS = 500;
const STOPPING: Failure = { code: 'worker_lost', message: 'The replica was stopped on this node.' };

@Injectable()
export class ReplicasService implements OnApplicationBootstrap, OnModuleDestroy {
  /** Something that a heartbeat reports has changed. */
  readonly changes = new Subject<void>();
  readonly steps = new Subject<{ replicaId: string; streams: StepStreams }>();
  readonly losses = new Subject<{ replicaId: string; keys: string[]; failure: Failure }>();

  private readonly replicas = new Map<string, Replica>();
  private watchdog: NodeJS.Timeout | null = null;
  private launch = PLAIN_LAUNCH;

  constructor(
    @Inject(SETTINGS) private readonly settings: WorkerSettings,
    @Inject(ENGINE_ENVIRONMENT) private readonly environment: Record<string, string>,
    private readonly admission: AdmissionService,
    private readonly clock: Clock,
    private readonly log: WorkerLog,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.launch = await findEngineLaunch();
    this.watchdog = setInterval(() => {
      for (const replica of this.replicas.values()) replica.checkPulse();
    }, WATCHDOG_ROUND_MS);
  }

  async onModuleDestroy(): Promise<void> {
    if (this.watchdog !== null) clearInterval(this.watchdog);
    await this.stopAll();
  }

  find(replicaId: string): Replica | null {
    return this.replicas.get(replicaId) ?? null;
  }

  all(): Replica[] {
    return [...this.replicas.values()];
  }

  observe(): ObservedReplica[] {
    return this.all().map((replica) => replica.observe());
  }

  /** What the caches hold, of the replicas whose engines say so. */
  heldPrefixes(): { replicaId: string; sequences: number[][] }[] {
    return this.all().flatMap(({ assignment: { replicaId }, engine }) => {
      const sequences = engine?.heldPrefixes ?? null;
      return sequences === null ? [] : [{ replicaId, sequences }];
    });
  }

  /** Is the file needed by any replica here? */
  usesModel(digest: string): boolean {
    return this.all().some(({ assignment }) => assignment.modelDigest === digest);
  }

  create(assignment: Assignment): void {
    const { replicaId } = assignment;
    this.replicas.set(replicaId, new Replica(assignment, this.portOf(replicaId), this.clock));
    this.changes.next();
  }

  async stop(replicaId: string): Promise<void> {
    await this.replicas.get(replicaId)?.stop(STOPPING);
  }

  forget(replicaId: string): void {
    this.replicas.delete(replicaId);
    this.admission.forget(replicaId);
    this.changes.next();
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.all().map((replica) => replica.stop(STOPPING)));
  }

  private portOf(replicaId: string): ReplicaPort {
    const { engineEntry } = this.settings;
    return {
      admit: (assignment) => this.admission.admit(assignment, this.shareOf(replicaId)),
      fork: (listener, visibility) => {
        const { launch } = this;
        const environment = { ...this.environment, ...visibility };
        return new EngineProcess(engineEntry, { launch, environment }, listener);
      },
      changed: () => this.tellChange(replicaId),
      stepped: (streams) => this.steps.next({ replicaId, streams }),
      lost: (keys, failure) => this.losses.next({ replicaId, keys, failure }),
      babbled: (fault) =>
        this.log.error('an engine sent a message that is none', { replicaId, fault }),
    };
  }

  /** Replicas other than `replicaId` whose memory is promised but not yet taken, and CPU users. */
  private shareOf(replicaId: string): { loading: Assignment[]; cpuReplicas: number } {
    const live = this.all().filter(({ lifecycle }) => lifecycle.state !== 'stopped');
    const loading = live.filter(({ assignment, isLoading }) => {
      return isLoading && assignment.replicaId !== replicaId;
    });
    return {
      loading: loading.map(({ assignment }) => assignment),
      cpuReplicas: live.filter(({ assignment }) => this.admission.usesCpu(assignment)).length,
    };
  }

  private tellChange(replicaId: string): void {
    const replica = this.replicas.get(replicaId);
    if (replica !== undefined) this.logChange(replica);
    this.changes.next();
  }

  /** Progress is for heartbeats; the log gets states and reasons. */
  private logChange({ assignment, lifecycle }: Replica): void {
    const { state, failure, progress } = lifecycle;
    if (progress !== null) return;
    const { replicaId, deployment } = assignment;
    const fields = { replicaId, deployment, state };
    if (failure === null) this.log.info('replica changed', fields);
    else this.log.warn('replica changed', { ...fields, reason: failure.message });
  }
}
