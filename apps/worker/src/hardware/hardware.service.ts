/**
 * What this machine has: cores, memory, GPUs, disk. Figures of GPUs are refreshed in the background
 * and only where there is one; memory and disk are read when asked for, which costs microseconds.
 */
import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { arch, cpus, type as osType } from 'node:os';
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import type { EngineProbe, Heartbeat } from '@corral/contracts';
import type { WorkerSettings } from '../config/settings.js';
import { EngineTool } from '../infra/engine-tool.js';
import { WorkerLog } from '../infra/log.js';
import { SETTINGS } from '../infra/tokens.js';
import { availableCores, availableMemory } from './machine.js';
import type { MeasuredDevice } from './measured-device.pure.js';
import type { NodeMemory } from './node-memory.pure.js';
import { devicesOfNvidiaSmi, NVIDIA_SMI_QUERY } from './nvidia-smi.js';
import {
  gpuStatesOf,
  NVIDIA_PROCESS_QUERY,
  NVIDIA_STATE_QUERY,
  processMemoryOf,
} from './nvidia-use.pure.js';
import type { GpuProcesses } from './own-memory.pure.js';

const PROBE_REFRESH_MS = 30_000;
const NVIDIA_REFRESH_MS = 2_000;

@Injectable()
export class HardwareService implements OnApplicationBootstrap, OnModuleDestroy {
  cores = 1;

  private probed: Promise<void> = Promise.resolve();
  private probe: EngineProbe | null = null;
  private nvidiaDevices: MeasuredDevice[] = [];
  private nvidiaUse: GpuProcesses = { states: [], processes: [] };
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(
    @Inject(SETTINGS) private readonly settings: WorkerSettings,
    private readonly tool: EngineTool,
    private readonly log: WorkerLog,
  ) {}

  /** The probe starts a process of some seconds; nothing waits for it but what needs a GPU. */
  async onApplicationBootstrap(): Promise<void> {
    this.cores = await availableCores();
    this.probed = this.refreshProbe();
    void this.followGpus();
  }

  onModuleDestroy(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  get hasGpu(): boolean {
    return (this.probe?.gpu ?? null) !== null;
  }

  /** The ids of its GPU devices, as heartbeats name them. */
  get gpuIds(): string[] {
    return this.gpuDevices().map(({ id }) => id);
  }

  /** Of these devices alone, and the machine's own; all where none is named. */
  async memory(deviceIds: readonly string[] = []): Promise<NodeMemory> {
    await this.probed;
    const gpus = this.gpuDevices().filter(
      ({ id }) => deviceIds.length === 0 || deviceIds.includes(id),
    );
    const sum = (of: (device: MeasuredDevice) => number): number =>
      gpus.reduce((n, d) => n + of(d), 0);
    return {
      ram: await availableMemory(),
      vram:
        gpus.length === 0
          ? null
          : { totalBytes: sum((d) => d.totalBytes), freeBytes: sum((d) => d.freeBytes) },
    };
  }

  async devices(): Promise<MeasuredDevice[]> {
    const { totalBytes, freeBytes } = await availableMemory();
    const cpu: MeasuredDevice = {
      id: 'cpu',
      kind: 'cpu',
      name: cpuModel(),
      totalBytes,
      usedBytes: totalBytes - freeBytes,
      freeBytes,
      powerWatts: null,
    };
    return [cpu, ...this.gpuDevices()];
  }

  /** Who is on the GPUs, as of some seconds ago; empty where the driver does not tell. */
  get gpuProcesses(): GpuProcesses {
    return this.nvidiaUse;
  }

  platform(): Heartbeat['platform'] {
    return {
      os: osType(),
      arch: arch(),
      cores: this.cores,
      cpuModel: cpuModel(),
      node: process.version,
      engine: this.probe?.engineVersion.slice(0, 80) ?? null,
    };
  }

  /** Of the file system that holds the models; null where it cannot be told. */
  async disk(): Promise<Heartbeat['disk']> {
    try {
      const { bsize, blocks, bavail } = await statfs(this.settings.workerHome);
      return { totalBytes: bsize * blocks, freeBytes: bsize * bavail };
    } catch {
      return null;
    }
  }

  /** Per device where the driver's tool sees what the engine sees, else all of them as one. */
  private gpuDevices(): MeasuredDevice[] {
    if (this.probe === null || this.probe.gpu === null) return [];
    const { gpu, gpuDevices, vram } = this.probe;
    if (this.nvidiaDevices.length === gpuDevices.length) return this.nvidiaDevices;
    const name = gpuDevices.join(', ').slice(0, 200);
    return [{ id: `${gpu}0`, kind: gpu, name, ...vram, powerWatts: null }];
  }

  private async followGpus(): Promise<void> {
    await this.probed;
    if (!this.hasGpu) return;
    this.timers.push(setInterval(() => void this.refreshProbe(), PROBE_REFRESH_MS));
    if (this.probe?.gpu === 'metal') return;
    if (await this.refreshNvidia()) {
      this.timers.push(setInterval(() => void this.refreshNvidia(), NVIDIA_REFRESH_MS));
    }
  }

  private async refreshProbe(): Promise<void> {
    const probe = await this.tool.probe();
    if (probe.ok) this.probe = probe.value;
    else this.log.warn('the engine cannot tell what this machine has', { fault: probe.reason });
  }

  /** False when there is no such device. */
  private async refreshNvidia(): Promise<boolean> {
    const [devices, states, processes] = await Promise.all(
      [NVIDIA_SMI_QUERY, NVIDIA_STATE_QUERY, NVIDIA_PROCESS_QUERY].map(nvidiaSmi),
    );
    this.nvidiaDevices = devicesOfNvidiaSmi(devices ?? '');
    this.nvidiaUse = {
      states: gpuStatesOf(states ?? ''),
      processes: processMemoryOf(processes ?? ''),
    };
    return this.nvidiaDevices.length > 0;
  }
}

/** What it prints; empty where it is not there or fails. */
function nvidiaSmi(query: string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile('nvidia-smi', query, { timeout: 5_000 }, (_fault, stdout) => resolve(stdout));
  });
}

function cpuModel(): string {
  return (cpus()[0]?.model ?? 'unknown').slice(0, 200);
}
