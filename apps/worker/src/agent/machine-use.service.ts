/**
 * Follows whose use of this machine it is, once a second: tells the heartbeat what engines and others
 * hold of each device, and a polite node's reconciler when to give way.
 */
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Device } from '@corral/contracts';
import { Subject } from 'rxjs';
import { ForeignMemory } from '../hardware/foreign-memory.pure.js';
import { HardwareService } from '../hardware/hardware.service.js';
import { otherCores, type CpuCounters } from '../hardware/other-load.pure.js';
import { ownBytesOf, type EngineMemory } from '../hardware/own-memory.pure.js';
import {
  AT_WORK,
  nextPoliteness,
  otherUseOf,
  type GpuUse,
  type Politeness,
} from '../hardware/politeness.pure.js';
import { anonymousBytes, busyTicks, processTicks } from '../hardware/process-use.pure.js';
import { Clock } from '../infra/clock.js';
import { WorkerLog } from '../infra/log.js';
import { ReplicasService } from '../supervisor/replicas.service.js';
import { ReconcileService } from './reconcile.service.js';

const PERIOD_MS = 1_000;

@Injectable()
export class MachineUseService implements OnApplicationBootstrap, OnModuleDestroy {
  /** This node begins to give way, or comes back. */
  readonly changes = new Subject<void>();

  private politeness: Politeness = AT_WORK;
  private readonly memories = new Map<string, ForeignMemory>();
  private counters: CpuCounters | null = null;
  private wasBusy = true;
  private timer: NodeJS.Timeout | null = null;
  private isLooking = false;

  constructor(
    private readonly hardware: HardwareService,
    private readonly replicas: ReplicasService,
    private readonly reconcile: ReconcileService,
    private readonly clock: Clock,
    private readonly log: WorkerLog,
  ) {}

  /** The first look comes before any engine: it is what the machine uses by itself. */
  async onApplicationBootstrap(): Promise<void> {
    await this.look();
    this.timer = setInterval(() => void this.look(), PERIOD_MS);
  }

  onModuleDestroy(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** As they are now: a replica that is ready is heard of together with the memory that it took. */
  async devices(): Promise<Device[]> {
    const [measured, engines] = await Promise.all([this.hardware.devices(), this.engines()]);
    const gpus = measured.filter(({ kind }) => kind !== 'cpu');
    const isIdle = engines.every(({ pid }) => pid === null);
    return measured.map((device) => {
      const ownBytes = ownBytesOf(device, gpus, engines, this.hardware.gpuProcesses);
      const memory = this.memories.get(device.id) ?? new ForeignMemory();
      this.memories.set(device.id, memory);
      return { ...device, ...memory.shares({ usedBytes: device.usedBytes, ownBytes, isIdle }) };
    });
  }

  /** What this node gives way to; null: it works. */
  get yieldsTo(): string | null {
    return this.politeness.yieldsTo;
  }

  private async look(): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    try {
      const [devices, cores] = await Promise.all([this.devices(), this.otherCores()]);
      this.judge({ gpus: this.gpuUse(devices), cores, allCores: Math.max(1, cpus().length) });
    } finally {
      this.isLooking = false;
    }
  }

  private judge(use: Parameters<typeof otherUseOf>[0]): void {
    const before = this.politeness;
    this.politeness = nextPoliteness(before, {
      isPolite: this.reconcile.polite,
      otherUse: otherUseOf(use),
      nowMs: this.clock.nowMs(),
    });
    const { yieldsTo } = this.politeness;
    if ((yieldsTo === null) === (before.yieldsTo === null)) return;
    this.log.info(yieldsTo === null ? 'others let go of the machine' : 'the node gives way', {
      reason: yieldsTo ?? '',
    });
    this.reconcile.giveWay(yieldsTo !== null);
    this.changes.next();
  }

  /** How busy others keep a GPU is known only when nothing of ours was on board since the last look. */
  private gpuUse(devices: readonly Device[]): GpuUse[] {
    const isBusy = this.replicas.all().some(({ engine }) => (engine?.onBoard.size ?? 0) > 0);
    const isKnown = !isBusy && !this.wasBusy;
    this.wasBusy = isBusy;
    const { states } = this.hardware.gpuProcesses;
    return devices
      .filter(({ kind }) => kind !== 'cpu')
      .map(({ id, totalBytes, foreignBytes }) => ({
        deviceId: id,
        totalBytes,
        foreignBytes: foreignBytes ?? 0,
        busyShare: isKnown
          ? (states.find((state) => state.deviceId === id)?.busyShare ?? null)
          : null,
      }));
  }

  private engines(): Promise<EngineMemory[]> {
    return Promise.all(
      this.replicas.all().map(async (replica) => {
        const { enginePid: pid, memoryBytes } = replica.observe();
        return {
          pid,
          isLoading: replica.isLoading,
          usesGpu: replica.assignment.spec.gpuLayers !== 0,
          reportedBytes: memoryBytes,
          anonymousBytes: pid === null ? 0 : anonymousBytes(await textOf(`/proc/${pid}/status`)),
        };
      }),
    );
  }

  private async otherCores(): Promise<number | null> {
    const before = this.counters;
    const engines = this.replicas.all().flatMap((replica) => replica.observe().enginePid ?? []);
    const ownTicks = new Map<number, number>();
    for (const pid of [process.pid, ...engines]) {
      const ticks = processTicks(await textOf(`/proc/${pid}/stat`));
      if (ticks !== null) ownTicks.set(pid, ticks);
    }
    const all = busyTicks(await textOf('/proc/stat'));
    this.counters = { atMs: this.clock.nowMs(), busyTicks: all, ownTicks };
    return before === null ? null : otherCores(before, this.counters);
  }
}

/** Empty where there is no such file: another system, or a process that has ended. */
async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}
