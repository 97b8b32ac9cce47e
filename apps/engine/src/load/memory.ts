/** Whether a load fits, with the arithmetic for the operator to follow. The comparison is pure. */
import { freemem } from 'node:os';
import type { EngineEstimate } from '@corral/contracts';
import type { Llama } from 'node-llama-cpp';

export interface FreeMemory {
  ramBytes: number;
  vramBytes: number;
}

/** Free memory now; the limit of a container counts. */
export async function readFreeMemory(llama: Llama): Promise<FreeMemory> {
  const [ram, vram] = await Promise.all([
    llama.getRamState(),
    llama.gpu === false ? { free: 0 } : llama.getVramState(),
  ]);
  // Memory that the system counts as free is less than what it could free: take the better figure.
  const available = Math.max(ram.free, freemem());
  return { ramBytes: Math.min(available, process.availableMemory()), vramBytes: vram.free };
}

/** Null when the load fits, else why not, in figures. */
export function memoryShortage(estimate: EngineEstimate, free: FreeMemory): string | null {
  const shortOf = (need: number, have: number, kind: string): string | null =>
    need > have ? `needs ${mib(need)} of ${kind}, ${mib(have)} are free` : null;
  const shortages = [
    shortOf(estimate.ramBytes, free.ramBytes, 'memory'),
    shortOf(estimate.vramBytes, free.vramBytes, 'video memory'),
  ].filter((shortage) => shortage !== null);
  if (shortages.length === 0) return null;
  return `The model ${shortages.join(', and ')} (${describeEstimate(estimate)}).`;
}

/** The parts of an estimate in words. */
export function describeEstimate(estimate: EngineEstimate): string {
  const context = `${estimate.slots} slots of ${estimate.contextTokens} tokens`;
  return (
    `weights ${mib(estimate.weightsBytes)} + KV cache of ${context} ${mib(estimate.kvCacheBytes)}` +
    ` + computation ${mib(estimate.computeBytes)}; ${estimate.gpuLayers} layers on the GPU`
  );
}

function mib(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20).toLocaleString('en')} MiB`;
}
