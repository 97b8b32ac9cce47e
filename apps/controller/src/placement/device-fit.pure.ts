/**
 * Which devices of a node take a replica, the first that does:
 *
 * 1. One GPU, the one that is left with the least: what is free stays in one piece.
 * 2. Several GPUs of one kind, as few as do. llama.cpp shares layers out in proportion to free
 *    memory, so each must hold its share, rounded up to whole layers.
 * 3. The CPU, unless the spec or the deployment asks for a GPU.
 *
 * Layers `auto` are all on GPUs or none: a model that is split between GPU and CPU runs at the
 * CPU's speed, so that has to be asked for by a number. Pure.
 */
import type { DeviceKind, Reservation } from '@corral/contracts';
import { freeText, type FreeMemory } from './memory/free-memory.pure.js';
import { gib } from './memory/gib.pure.js';
import { needOnCpu, needOnGpu, needText, type MemoryNeed } from './memory/memory-need.pure.js';

export type DeviceFit =
  | {
      fits: true;
      kind: DeviceKind;
      /** One for each device that it takes memory of. */
      reserved: Reservation[];
      /** Left on those devices of its kind. */
      freeAfterBytes: number;
    }
  /** Needs and has, in figures. */
  | { fits: false; reason: string };

export interface DeviceWishes {
  /** Null: a GPU where it fits, else the CPU. */
  deviceKind: DeviceKind | null;
}

/** `name`: the node's, for the reason. */
export function fitOnDevices(
  need: MemoryNeed,
  name: string,
  devices: readonly FreeMemory[],
  { deviceKind }: DeviceWishes,
): DeviceFit {
  const refusals: string[] = [];
  for (const kind of gpuKinds(need, devices, deviceKind)) {
    const fit = fitOnGpus(need, name, kind, devices);
    if (fit.fits) return fit;
    refusals.push(fit.reason);
  }
  if (mayUseCpu(need, devices, deviceKind)) {
    const fit = fitOnCpu(need, name, devices);
    if (fit.fits) return fit;
    refusals.push(fit.reason);
  }
  return { fits: false, reason: refusals.join('; ') || `node ${name} has no device for it` };
}

/** Kinds of the node's GPUs that the replica may use. */
export function gpuKinds(
  { gpuLayers }: Pick<MemoryNeed, 'gpuLayers'>,
  devices: readonly Pick<FreeMemory, 'kind'>[],
  deviceKind: DeviceKind | null,
): DeviceKind[] {
  if (gpuLayers === 0) return [];
  const kinds = [...new Set(devices.map(({ kind }) => kind))].filter((kind) => kind !== 'cpu');
  return deviceKind === null ? kinds : kinds.filter((kind) => kind === deviceKind);
}

/** On Apple's chips GPU and CPU share one memory: what does not fit the one fits neither. */
function mayUseCpu(
  { gpuLayers }: MemoryNeed,
  devices: readonly FreeMemory[],
  deviceKind: DeviceKind | null,
): boolean {
  if (deviceKind !== null) return deviceKind === 'cpu';
  if (gpuLayers === 0) return true;
  const gpus = devices.filter(({ kind }) => kind !== 'cpu');
  return gpus.length === 0 || (gpuLayers === 'auto' && !gpus.some(({ kind }) => kind === 'metal'));
}

function fitOnCpu(need: MemoryNeed, name: string, devices: readonly FreeMemory[]): DeviceFit {
  const parts = needOnCpu(need);
  const cpu = devices.find(({ kind }) => kind === 'cpu');
  if (cpu === undefined) return { fits: false, reason: `node ${name} tells no memory of its own` };
  if (parts.totalBytes > cpu.freeBytes) {
    const has = `node ${name} has ${freeText(cpu)}`;
    return { fits: false, reason: `${needText(parts, need.estimate)}; ${has}` };
  }
  return {
    fits: true,
    kind: 'cpu',
    reserved: [{ deviceId: cpu.id, bytes: parts.totalBytes }],
    freeAfterBytes: cpu.freeBytes - parts.totalBytes,
  };
}

function fitOnGpus(
  need: MemoryNeed,
  name: string,
  kind: DeviceKind,
  devices: readonly FreeMemory[],
): DeviceFit {
  const gpus = devices
    .filter((device) => device.kind === kind)
    .sort((a, b) => b.freeBytes - a.freeBytes || (a.id < b.id ? -1 : 1));
  const host = hostOf(need, kind, devices);
  if (host.short !== null) return { fits: false, reason: `${host.short} on node ${name}` };
  const { gpu } = needOnGpu(need, kind, 1);
  // Roomiest first, so the last that is large enough is the fullest of them.
  const single = gpus.findLast(({ freeBytes }) => freeBytes >= gpu.totalBytes);
  if (single !== undefined) {
    const reserved = { deviceId: single.id, bytes: gpu.totalBytes };
    return {
      fits: true,
      kind,
      reserved: [reserved, ...host.reserved],
      freeAfterBytes: single.freeBytes - gpu.totalBytes,
    };
  }
  for (let count = 2; count <= gpus.length; count += 1) {
    const span = spanOf(need, kind, gpus.slice(0, count));
    if (span === null) continue;
    const free = gpus.slice(0, count).reduce((sum, { freeBytes }) => sum + freeBytes, 0);
    const taken = span.reduce((sum, { bytes }) => sum + bytes, 0);
    return {
      fits: true,
      kind,
      reserved: [...span, ...host.reserved],
      freeAfterBytes: free - taken,
    };
  }
  const has = gpus.map((device) => `${freeText(device)} on ${device.id}`).join(', ');
  return { fits: false, reason: `${needText(gpu, need.estimate)}; node ${name} has ${has}` };
}

/** Null: one of them cannot hold its share. */
function spanOf(
  need: MemoryNeed,
  kind: DeviceKind,
  gpus: readonly FreeMemory[],
): Reservation[] | null {
  const { gpu } = needOnGpu(need, kind, gpus.length);
  const { layers } = need.estimate;
  const sharedBytes = (gpu.weightsBytes + gpu.kvCacheBytes) * need.margins[kind];
  const layerBytes = sharedBytes / (layers + 1);
  const ownBytes = (gpu.totalBytes - sharedBytes) / gpus.length;
  const free = gpus.reduce((sum, { freeBytes }) => sum + freeBytes, 0);
  const reserved = gpus.map(({ id, freeBytes }) => {
    const share = Math.ceil(((layers + 1) * freeBytes) / free);
    return { deviceId: id, bytes: Math.ceil(share * layerBytes + ownBytes) };
  });
  const isHeld = reserved.every(({ bytes }, index) => bytes <= (gpus[index]?.freeBytes ?? 0));
  return free > 0 && isHeld ? reserved : null;
}

/** What stays in the machine's memory; on Apple's chips that is the same memory, counted there. */
function hostOf(
  need: MemoryNeed,
  kind: DeviceKind,
  devices: readonly FreeMemory[],
): { reserved: Reservation[]; short: string | null } {
  const cpu = devices.find((device) => device.kind === 'cpu');
  if (cpu === undefined || kind === 'metal') return { reserved: [], short: null };
  const { hostBytes } = needOnGpu(need, kind, 1);
  if (hostBytes <= cpu.freeBytes) {
    return { reserved: [{ deviceId: cpu.id, bytes: hostBytes }], short: null };
  }
  const short = `needs ${gib(hostBytes)} GiB of the machine's memory beside the GPU; there are ${freeText(cpu)}`;
  return { reserved: [], short };
}
