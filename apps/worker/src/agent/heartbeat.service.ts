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
import type { NodeIdentity } from '../infra/identity.js';
import { WorkerLog } from '../infra/log.js';
import { IDENTITY } from '../infra/tokens.js';
import { FilesReport } from './report/files-report.js';
import { MachineReport } from './report/machine-report.js';
import { WorkReport } from './report/work-report.js';

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
    @Inject(IDENTITY) private readonly identity: NodeIdentity,
    private readonly control: ClientNats,
    private readonly machine: MachineReport,
    private readonly work: WorkReport,
    private readonly files: FilesReport,
    private readonly log: WorkerLog,
  ) {}

  onApplicationBootstrap(): void {
    for (const { changes } of [this.machine, this.work, this.files]) {
      this.changes.push(changes.subscribe(() => this.beatSoon()));
    }
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
    return {
      ...this.identity,
      sequence: this.sequence++,
      ...(await this.machine.observe()),
      ...this.work.observe(),
      ...this.files.observe(),
    };
  }
}
