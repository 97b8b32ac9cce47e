/**
 * What a load will need, before it is tried. llama.cpp itself tells (a dry run without
 * allocations); only the split of the context into cache and computation is approximate.
 */
import { totalmem } from 'node:os';
import type { EngineEstimate, ReplicaSpec } from '@corral/contracts';
import { GgmlType, GgufInsights, type GgufFileInfo, type Llama } from 'node-llama-cpp';
import { usesFlashAttention, type AttentionFacts } from './attention.pure.js';
import { batchSizeOf, kvCacheBytesOf } from './kv-cache.js';

/** Context of a slot when the spec names none: what the model was trained for, up to this. */
const DEFAULT_CONTEXT_TOKENS = 8192;
/** Assumed where the file does not say what the model was trained for. */
const UNKNOWN_TRAIN_CONTEXT_TOKENS = 4096;

/** Context of each slot: as asked, but never beyond what the model was trained for. */
export function contextTokensOf(spec: ReplicaSpec, trainContextTokens: number | undefined): number {
  const trained = trainContextTokens ?? UNKNOWN_TRAIN_CONTEXT_TOKENS;
  return Math.min(spec.contextTokens ?? DEFAULT_CONTEXT_TOKENS, trained);
}

/** What the file and the back end say about attention. */
export function attentionFacts(insights: GgufInsights, llama: Llama): AttentionFacts {
  const { attention, embedding_length: embedding } = insights.ggufFileInfo.architectureMetadata;
  const heads = attention?.head_count;
  const derived = typeof heads === 'number' && embedding ? embedding / heads : null;
  return {
    supported: insights.flashAttentionSupported,
    headWidth: attention?.key_length ?? derived,
    onGpu: llama.gpu !== false,
  };
}

/** Memory of the model at hand with this spec, in bytes. */
export async function estimateLoad(
  info: GgufFileInfo,
  spec: ReplicaSpec,
  llama: Llama,
): Promise<EngineEstimate> {
  const insights = await GgufInsights.from(info, llama);
  const contextTokens = contextTokensOf(spec, insights.trainContextSize);
  const gpuLayers = await gpuLayersOf(insights, spec, contextTokens, llama);
  const weights = await insights.estimateModelResourceRequirementsV2({ gpuLayers });
  const contextOptions = {
    contextSize: contextTokens,
    sequences: spec.slots,
    batchSize: batchSizeOf(spec),
    modelGpuLayers: gpuLayers,
    flashAttention: usesFlashAttention(spec, attentionFacts(insights, llama)),
  };
  const cacheBytes = kvCacheBytesOf(insights, spec, contextTokens);
  const context = (await isFarTooLarge(cacheBytes, llama))
    ? insights.estimateContextResourceRequirements(contextOptions)
    : await insights.estimateContextResourceRequirementsV2({
        ...contextOptions,
        ...cacheTypes(spec),
      });
  const contextBytes = context.cpuRam + context.gpuVram;
  const kvCacheBytes = Math.min(contextBytes, cacheBytes);
  return {
    weightsBytes: Math.ceil(weights.cpuRam + weights.gpuVram),
    kvCacheBytes: Math.ceil(kvCacheBytes),
    computeBytes: Math.ceil(contextBytes - kvCacheBytes),
    vramBytes: Math.ceil(weights.gpuVram + context.gpuVram),
    ramBytes: Math.ceil(weights.cpuRam + context.cpuRam),
    slots: spec.slots,
    contextTokens,
    gpuLayers,
  };
}

/** The types of the cache, as the dry run takes them. */
export function cacheTypes({ kvCacheType }: Pick<ReplicaSpec, 'kvCacheType'>) {
  const type = kvCacheType === 'q8_0' ? GgmlType.Q8_0 : GgmlType.F16;
  return { kvCacheKeyType: type, kvCacheValueType: type };
}

/**
 * More cache alone than twice all memory of the machine: the dry run would keep books on every cell
 * of it, for minutes and with gigabytes. A rougher figure (of a 16-bit cache) has to do then.
 */
export async function isFarTooLarge(cacheBytes: number, llama: Llama): Promise<boolean> {
  const { total } = await llama.getVramState();
  return cacheBytes > 2 * (totalmem() + total);
}

async function gpuLayersOf(
  insights: GgufInsights,
  spec: ReplicaSpec,
  contextTokens: number,
  llama: Llama,
): Promise<number> {
  if (llama.gpu === false) return 0;
  if (spec.gpuLayers !== 'auto') return Math.min(spec.gpuLayers, insights.totalLayers);
  const fitContext = { contextSize: contextTokens * spec.slots };
  const resolved = await insights.configurationResolver.resolveModelGpuLayersV2({ fitContext });
  return resolved.gpuLayers;
}
