/**
 * Whether a replica may be started, and with what: its file from the store, memory by estimate
 * before anything is loaded, and its share of the CPU's threads.
 */
import { stat } from 'node:fs/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Assignment, EngineEstimate, Failure } from '@corral/contracts';
import type { WorkerSettings } from '../config/settings.js';
import { HardwareService } from '../hardware/hardware.service.js';
import type { NodeMemory } from '../hardware/node-memory.pure.js';
import { SETTINGS } from '../infra/tokens.js';
import { EngineTool, type ToolAnswer } from '../infra/engine-tool.js';
import { ModelStoreService } from '../models/model-store.service.js';
import { visibilityOf, type DeviceVisibility } from './device-visibility.pure.js';
import { checkMemory } from './memory-check.pure.js';
import type { Admission } from './replica-port.js';
import { maxThreadsOf } from './thread-budget.pure.js';

const LOAD_LIMIT_MS = 60_000;
const LOAD_LIMIT_MS_PER_GIB = 30_000;
/** Memory may come free, and a file be mended; only the check is made again, no process. */
const RECHECK_MS = 15_000;

@Injectable()
export class AdmissionService {
  /** By replica: a spec never changes, so neither does its estimate. */
  private readonly estimates = new Map<string, EngineEstimate>();

  constructor(
    @Inject(SETTINGS) private readonly settings: WorkerSettings,
    private readonly hardware: HardwareService,
    private readonly models: ModelStoreService,
    private readonly tool: EngineTool,
  ) {}

  /** `loading`: the replicas that are taking memory at this moment; `cpuReplicas`: all on the CPU. */
  async admit(
    assignment: Assignment,
    { loading, cpuReplicas }: { loading: Assignment[]; cpuReplicas: number },
  ): Promise<Admission> {
    const model = this.models.find(assignment.modelDigest);
    if (model === null) {
      const message = 'The model file left the store of this node; import it again.';
      return { ok: false, failure: { code: 'model_unavailable', message }, retryable: true };
    }
    const damage = await damageOf(model);
    if (damage !== null) {
      return { ok: false, failure: damage, retryable: true, retryInMs: RECHECK_MS };
    }
    const { deviceIds } = assignment;
    const free = await this.hardware.memory(deviceIds);
    const visibility = visibilityOf(assignment, this.hardware.gpuIds);
    const need = await this.estimateOf(assignment, model.path, visibility);
    if (!need.ok) {
      const message = `What the model needs cannot be told: ${need.reason}`.slice(0, 2000);
      const failure = { code: 'model_unavailable' as const, message };
      return { ok: false, failure, retryable: !need.refused };
    }
    const memory = this.lessReserved(
      free,
      loading.filter((other) => sharesDevice(other, assignment)),
    );
    const verdict = checkMemory(need.value, memory);
    if (!verdict.fits) {
      return {
        ok: false,
        failure: { code: 'model_unavailable', message: `Too big: ${verdict.message}.` },
        retryable: verdict.ever,
        retryInMs: RECHECK_MS,
      };
    }
    const maxThreads = maxThreadsOf({
      cores: this.hardware.cores,
      configured: this.settings.cpuThreads,
      cpuReplicas,
    });
    const loadLimitMs = LOAD_LIMIT_MS + (LOAD_LIMIT_MS_PER_GIB * model.sizeBytes) / 2 ** 30;
    return { ok: true, permit: { modelPath: model.path, maxThreads, loadLimitMs, visibility } };
  }

  /** Does this replica compute on the CPU? */
  usesCpu(assignment: Assignment): boolean {
    return (
      visibilityOf(assignment, this.hardware.gpuIds).spec.gpuLayers === 0 || !this.hardware.hasGpu
    );
  }

  forget(replicaId: string): void {
    this.estimates.delete(replicaId);
  }

  private async estimateOf(
    { replicaId }: Assignment,
    path: string,
    { spec, environment }: DeviceVisibility,
  ): Promise<ToolAnswer<EngineEstimate>> {
    const known = this.estimates.get(replicaId);
    if (known !== undefined) return { ok: true, value: known };
    const estimate = await this.tool.estimate(path, spec, environment);
    if (estimate.ok) this.estimates.set(replicaId, estimate.value);
    return estimate;
  }

  private lessReserved(node: NodeMemory, loading: readonly Assignment[]): NodeMemory {
    let ramBytes = 0;
    let vramBytes = 0;
    for (const { replicaId } of loading) {
      ramBytes += this.estimates.get(replicaId)?.ramBytes ?? 0;
      vramBytes += this.estimates.get(replicaId)?.vramBytes ?? 0;
    }
    const { ram, vram } = node;
    return {
      ram: { ...ram, freeBytes: Math.max(0, ram.freeBytes - ramBytes) },
      vram: vram && { ...vram, freeBytes: Math.max(0, vram.freeBytes - vramBytes) },
    };
  }
}

/** Whether both may take memory of the same device; every engine takes some of the machine's. */
function sharesDevice(one: Assignment, other: Assignment): boolean {
  if (one.deviceIds.length === 0 || other.deviceIds.length === 0) return true;
  return one.deviceIds.some((id) => other.deviceIds.includes(id));
}

/** A file that was cut since its import would end the engine in the middle of its work; null: whole. */
async function damageOf(model: { path: string; sizeBytes: number }): Promise<Failure | null> {
  const sizeBytes = await stat(model.path).then(
    ({ size }) => size,
    () => 0,
  );
  if (sizeBytes === model.sizeBytes) return null;
  const message =
    `The model file in the store of this node is damaged: it has ${sizeBytes} of ` +
    `${model.sizeBytes} bytes. Remove its deployments, delete the model and import it again.`;
  return { code: 'model_unavailable', message };
}
