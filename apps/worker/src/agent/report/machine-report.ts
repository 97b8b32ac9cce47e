/** The heartbeat's part about the machine: what it is called, what it has, whom it yields to. */
import { Inject, Injectable } from '@nestjs/common';
import type { Heartbeat } from '@corral/contracts';
import type { Observable } from 'rxjs';
import type { WorkerSettings } from '../../config/settings.js';
import { HardwareService } from '../../hardware/hardware.service.js';
import { SETTINGS } from '../../infra/tokens.js';
import { MachineUseService } from '../machine-use.service.js';

type Reported =
  'name' | 'version' | 'platform' | 'devices' | 'disk' | 'yielding' | 'yieldingReason';

@Injectable()
export class MachineReport {
  /** Something of it has changed. */
  readonly changes: Observable<void>;

  constructor(
    @Inject(SETTINGS) private readonly settings: WorkerSettings,
    private readonly hardware: HardwareService,
    private readonly use: MachineUseService,
  ) {
    this.changes = use.changes;
  }

  async observe(): Promise<Pick<Heartbeat, Reported>> {
    const [devices, disk] = await Promise.all([this.use.devices(), this.hardware.disk()]);
    const { yieldsTo } = this.use;
    return {
      name: this.settings.nodeName,
      version: this.settings.version,
      platform: this.hardware.platform(),
      devices,
      disk,
      yielding: yieldsTo !== null,
      yieldingReason: yieldsTo,
    };
  }
}
