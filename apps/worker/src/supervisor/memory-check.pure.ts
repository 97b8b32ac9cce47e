/** Whether a model fits into the memory that is free, and the arithmetic when it does not. */
import type { EngineEstimate } from '@corral/contracts';
import type { Memory, NodeMemory } from '../hardware/node-memory.pure.js';

export type MemoryVerdict =
  | { fits: true }
  /** `ever`: it would fit if everything else left the memory. */
  | { fits: false; ever: boolean; message: string };

/** `freeBytes` must already be less what engines that are loading at the moment will take. */
export function checkMemory(need: EngineEstimate, node: NodeMemory): MemoryVerdict {
  const pools: [kind: string, needBytes: number, memory: Memory][] = [
    ['', need.ramBytes, node.ram],
  ];
  if (node.vram !== null) pools.push([' of video memory', need.vramBytes, node.vram]);
  for (const [kind, needBytes, memory] of pools) {
    if (needBytes <= memory.freeBytes) continue;
    const message =
      `needs ${gib(needBytes)} GiB${kind}: ${partsOf(need)}; ` +
      `node has ${gib(memory.freeBytes)} GiB${kind} free of ${gib(memory.totalBytes)}`;
    return { fits: false, ever: needBytes <= memory.totalBytes, message };
  }
  return { fits: true };
}

function partsOf(need: EngineEstimate): string {
  const context = need.contextTokens.toLocaleString('en-GB');
  return (
    `weights ${gib(need.weightsBytes)}, KV ${gib(need.kvCacheBytes)} ` +
    `(${need.slots} slots x ${context}), compute ${gib(need.computeBytes)}`
  );
}

function gib(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}
