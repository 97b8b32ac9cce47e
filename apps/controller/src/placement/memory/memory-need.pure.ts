/**
 * What a replica takes of a device: the engine's estimate, split for where its layers are, times
 * what loads of this model were found to take beyond it. Pure.
 */
import type { DeviceKind, ModelEstimate } from '@corral/contracts';
import { gib } from './gib.pure.js';

const MIB = 2 ** 20;
/** The engine process without a model: Node, the bindings, message buffers. */
export const ENGINE_HOST_BYTES = 256 * MIB;
/** What a back end takes of a GPU before a model is loaded: CUDA's context, cuBLAS's workspaces. */
export const GPU_CONTEXT_BYTES = 400 * MIB;

/** A load whose estimate is known. */
export interface MemoryNeed {
  estimate: ModelEstimate;
  /** Layers on the GPU as the spec has them: `auto` is all of them, or none. */
  gpuLayers: number | 'auto';
  /** Times the estimate, 1.0 to 1.5, by the kind of device. */
  margins: Readonly<Record<DeviceKind, number>>;
}

/** `reason`: why it is not known yet, or cannot be. */
export type NeedState =
  | { known: true; need: MemoryNeed }
  /** `refused`: no node that has the file can load it; trying again is of no use. */
  | { known: false; reason: string; refused: boolean };

/** Bytes of one load on one kind of device; `totalBytes` is the sum of the others. */
export interface NeedParts {
  weightsBytes: number;
  kvCacheBytes: number;
  computeBytes: number;
  /** Of the engine process or the back end, whatever the model. */
  engineBytes: number;
  marginBytes: number;
  totalBytes: number;
}

/** All of it in the machine's memory. */
export function needOnCpu({ estimate, margins }: MemoryNeed): NeedParts {
  const { weightsBytes, computeBytes } = estimate.cpu;
  const { kvCacheBytes } = estimate;
  return partsOf({ weightsBytes, kvCacheBytes, computeBytes }, ENGINE_HOST_BYTES, margins.cpu);
}

/** On GPUs of one kind, and beside them in the machine's memory. */
export interface GpuNeed {
  gpu: NeedParts;
  hostBytes: number;
}

/**
 * With the layers that the spec asks for. Weights and cache are shared out between the devices,
 * computation and back end each has for itself.
 */
export function needOnGpu(
  { estimate, gpuLayers, margins }: MemoryNeed,
  kind: DeviceKind,
  devices: number,
): GpuNeed {
  const { gpu, layers, kvCacheBytes } = estimate;
  // The output layer counts as one, and goes first (llama.cpp, `n_gpu_layers`).
  const wanted = gpuLayers === 'auto' ? layers + 1 : Math.min(gpuLayers, layers + 1);
  const share = Math.max(0, wanted - 1) / layers;
  const weightsBytes = gpu.outputBytes + Math.ceil((gpu.weightsBytes - gpu.outputBytes) * share);
  const onGpu = {
    weightsBytes,
    kvCacheBytes: Math.ceil(kvCacheBytes * share),
    computeBytes: gpu.computeBytes * devices,
  };
  const isPartial = wanted <= layers;
  const hostBytes =
    gpu.hostBytes +
    (isPartial
      ? gpu.weightsBytes - weightsBytes + kvCacheBytes - onGpu.kvCacheBytes + gpu.computeBytes
      : 0);
  return {
    gpu: partsOf(onGpu, GPU_CONTEXT_BYTES * devices, margins[kind]),
    hostBytes: Math.ceil(hostBytes * margins[kind]) + ENGINE_HOST_BYTES,
  };
}

/** The estimate alone, on devices of one kind and beside them: what a replica that is ready reports. */
export function estimatedBytes(need: MemoryNeed, kind: DeviceKind, devices: number): number {
  const plain = { ...need, margins: { cpu: 1, cuda: 1, vulkan: 1, metal: 1 } };
  if (kind === 'cpu') return needOnCpu(plain).totalBytes - ENGINE_HOST_BYTES;
  const { gpu, hostBytes } = needOnGpu(plain, kind, devices);
  return gpu.totalBytes - gpu.engineBytes + hostBytes - ENGINE_HOST_BYTES;
}

function partsOf(
  parts: Pick<NeedParts, 'weightsBytes' | 'kvCacheBytes' | 'computeBytes'>,
  engineBytes: number,
  margin: number,
): NeedParts {
  const estimated = parts.weightsBytes + parts.kvCacheBytes + parts.computeBytes;
  const marginBytes = Math.ceil(estimated * margin) - estimated;
  return { ...parts, engineBytes, marginBytes, totalBytes: estimated + engineBytes + marginBytes };
}

/** `needs 9.4 GiB: weights 4.7, KV 4.0 (4 slots x 8,192), compute 0.7, …`; what is nothing is left out. */
export function needText(parts: NeedParts, { slots, contextTokens }: ModelEstimate): string {
  const { weightsBytes, kvCacheBytes, computeBytes, engineBytes, marginBytes } = parts;
  const context = contextTokens.toLocaleString('en-GB');
  const rest: [string, number][] = [
    ['engine', engineBytes],
    ['margin', marginBytes],
  ];
  return (
    `needs ${gib(parts.totalBytes)} GiB: weights ${gib(weightsBytes)}, ` +
    `KV ${gib(kvCacheBytes)} (${slots} slots x ${context}), compute ${gib(computeBytes)}` +
    rest
      .flatMap(([name, bytes]) => (gib(bytes) === '0.0' ? [] : `, ${name} ${gib(bytes)}`))
      .join('')
  );
}
