/**
 * Tells all controllers what this node observes: each second, and soon after every change. Several
 * changes at once make one heartbeat.
 */
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { ClientNats } from '@nestjs/microservices';
import { nodeSubject, type Heartbeat } from '@corral/contracts';
import { firstValueFrom, type Subscription } from 'rxjs';
import type { WorkerSettings } from '../config/settings.js';
import { GenerationService } from '../generation/generation.service.js';
import { HardwareService } from '../hardware/hardware.service.js';
import type { NodeIdentity } from '../infra/identity.js';
import { WorkerLog } from '../infra/log.js';
import { IDENTITY, SETTINGS } from '../infra/tokens.js';
import { ModelStoreService } from '../models/model-store.service.js';
import { ReplicasService } from '../supervisor/replicas.service.js';
import { FetchesService } from '../transfer/fetches.service.js';
import { FileServerService } from '../transfer/file-server.service.js';
import { MachineUseService } from './machine-use.service.js';
import { ReconcileService } from './reconcile.service.js';

const PERIOD_MS = 1_000;
const COALESCE_MS = 20;

@Injectable()
export class HeartbeatService implements OnApplicationBootstrap, OnModuleDestroy {
  private sequence = 0;
  private ended = false;
  private timer: NodeJS.Timeout | null = null;
  private soon: NodeJS.Timeout | null = null;
  private readonly changes: Subscription[] = [];

  constructor(
    @Inject(SETTINGS) private readonly settings: WorkerSettings,
    @Inject(IDENTITY) private readonly identity: NodeIdentity,
    private readonly control: ClientNats,
    private readonly hardware: HardwareService,
    private readonly models: ModelStoreService,
    private readonly fileServer: FileServerService,
    private readonly fetches: FetchesService,
    private readonly replicas: ReplicasService,
    private readonly generation: GenerationService,
    private readonly reconcile: ReconcileService,
    private readonly use: MachineUseService,
    private readonly log: WorkerLog,
  ) {}

  onApplicationBootstrap(): void {
    this.changes.push(
      this.replicas.changes.subscribe(() => this.beatSoon()),
      this.models.changes.subscribe(() => this.beatSoon()),
      this.use.changes.subscribe(() => this.beatSoon()),
    );
    this.timer = setInterval(() => this.beatSoon(), PERIOD_MS);
    this.beatSoon();
  }

  async onModuleDestroy(): Promise<void> {
    this.ended = true;
    for (const change of this.changes) change.unsubscribe();
    if (this.timer !== null) clearInterval(this.timer);
    if (this.soon !== null) clearTimeout(this.soon);
    await this.control.close();
  }

  /** Sends one heartbeat now. One that cannot be sent is dropped: the next says it all again. */
  async beat(): Promise<void> {
    const heartbeat = await this.observe();
    // The client would connect anew for it, and nobody would close that connection.
    if (this.ended) return;
    const subject = nodeSubject('heartbeat', this.identity.nodeId);
    try {
      await firstValueFrom(this.control.emit(subject, heartbeat), { defaultValue: undefined });
    } catch {
      this.log.debug('heartbeat not sent', { subject });
    }
  }

  beatSoon(): void {
    this.soon ??= setTimeout(() => {
      this.soon = null;
      void this.beat();
    }, COALESCE_MS);
  }

  private async observe(): Promise<Heartbeat> {
    const [devices, disk] = await Promise.all([this.use.devices(), this.hardware.disk()]);
    const { yieldsTo } = this.use;
    return {
      ...this.identity,
      sequence: this.sequence++,
      name: this.settings.nodeName,
      version: this.settings.version,
      platform: this.hardware.platform(),
      devices,
      disk,
      assignmentGeneration: this.reconcile.generation,
      replicas: this.replicas.observe(),
      heldPrefixes: this.replicas.heldPrefixes(),
      models: this.models.list(),
      fileServer: this.fileServer.describe(),
      fetches: this.fetches.list(),
      draining: this.generation.draining,
      polite: this.reconcile.polite,
      yielding: yieldsTo !== null,
      yieldingReason: yieldsTo,
    };
  }
}
