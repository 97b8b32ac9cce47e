/** Holds the node's assignments and carries out what `reconcile-plan.ts` says about them. */
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { AssignCommand } from '@corral/contracts';
import { Clock } from '../infra/clock.js';
import { WorkerLog } from '../infra/log.js';
import { ModelStoreService } from '../models/model-store.service.js';
import type { Replica } from '../supervisor/replica.js';
import { ReplicasService } from '../supervisor/replicas.service.js';
import { FetchesService } from '../transfer/fetches.service.js';
import {
  planReconcile,
  type ReconcileAction,
  type ReplicaSnapshot,
} from './reconcile-plan.pure.js';

/** A back-off is over, a drain is done: seen at the latest after this. */
const ROUND_MS = 200;

@Injectable()
export class ReconcileService implements OnApplicationBootstrap, OnModuleDestroy {
  private desired: AssignCommand | null = null;
  private leaving = false;
  private yielding = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly replicas: ReplicasService,
    private readonly models: ModelStoreService,
    private readonly fetches: FetchesService,
    private readonly clock: Clock,
    private readonly log: WorkerLog,
  ) {}

  /** Of the list that is being carried out; 0 before the first. */
  get generation(): number {
    return this.desired?.generation ?? 0;
  }

  /** What the last list said of giving way to other use of the machine. */
  get polite(): boolean {
    return this.desired?.polite ?? false;
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.reconcile(), ROUND_MS);
  }

  onModuleDestroy(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** Takes over a list of assignments. An older one than the present changes nothing. */
  assign(command: AssignCommand): void {
    if (command.generation < this.generation) return;
    this.desired = command;
    this.reconcile();
  }

  /** From here on nothing is started any more. */
  leave(): void {
    this.leaving = true;
  }

  /** While it gives way, nothing runs here, whatever is assigned. */
  giveWay(yielding: boolean): void {
    this.yielding = yielding;
    this.reconcile();
  }

  /** Is the model needed by an assignment, whether its replica exists yet or not? */
  wantsModel(digest: string): boolean {
    return this.desired?.assignments.some(({ modelDigest }) => modelDigest === digest) ?? false;
  }

  private reconcile(): void {
    // Before the first list, nothing is known of what should run: so nothing is wrong.
    if (this.desired === null) return;
    const models = new Set(this.models.list().flatMap(({ digest }) => digest ?? []));
    const { assignments, files } = this.desired;
    const needed = assignments.map(({ modelDigest }) => modelDigest);
    this.fetches.want(new Set(needed.filter((digest) => !models.has(digest))), files);
    const fetches = new Map(this.fetches.states().map((state) => [state.digest, state]));
    const observed = this.replicas.all().map(snapshotOf);
    const plan = planReconcile(
      { assignments, models, fetches, leaving: this.leaving, yielding: this.yielding },
      observed,
      this.clock.nowMs(),
    );
    for (const action of plan) this.carryOut(action);
  }

  private carryOut(action: ReconcileAction): void {
    if (action.do === 'wait') {
      this.replicas.find(action.replicaId)?.wait(action.failure);
      return;
    }
    if (action.do === 'fetch') {
      this.replicas.find(action.replicaId)?.fetch(action.fetch);
      return;
    }
    if (action.do === 'create') {
      this.replicas.create(action.assignment);
      return;
    }
    const { replicaId, reason } = action;
    this.log.debug('reconciling', { replicaId, state: action.do, reason });
    if (action.do === 'forget') this.replicas.forget(replicaId);
    else if (action.do === 'drain') this.replicas.find(replicaId)?.drain();
    else this.supervise(replicaId, this.beginning(action.do, replicaId));
  }

  private beginning(what: 'start' | 'stop', replicaId: string): Promise<void> | undefined {
    if (what === 'stop') return this.replicas.stop(replicaId);
    return this.replicas.find(replicaId)?.start();
  }

  private supervise(replicaId: string, work: Promise<void> | undefined): void {
    work?.catch((fault: unknown) => {
      this.log.error('a replica was not started or stopped', { replicaId, fault: String(fault) });
    });
  }
}

function snapshotOf({ assignment, lifecycle, engine, drainingSinceMs }: Replica): ReplicaSnapshot {
  const { state, retryAtMs } = lifecycle;
  const onBoard = engine?.onBoard.size ?? 0;
  return { assignment, state, retryAtMs, onBoard, drainingSinceMs };
}
