/**
 * What a model takes on any machine: asked once by the controller that places it, of one engine
 * that has the file. llama.cpp's dry run tells what the computation takes, the header the rest.
 * What a load takes on this machine is `estimate.ts`'s.
 */
import type { ModelEstimate, ReplicaSpec } from '@corral/contracts';
import { GgufInsights, type GgufFileInfo, type Llama } from 'node-llama-cpp';
import { usesFlashAttention } from './attention.pure.js';
import { attentionFacts, cacheTypes, contextTokensOf, isFarTooLarge } from './estimate.js';
import { batchSizeOf, kvCacheBytesOf } from './kv-cache.js';

/** The layers in `spec` are left aside: both ends, none and all on a GPU, are told. */
export async function estimateModel(
  info: GgufFileInfo,
  spec: ReplicaSpec,
  llama: Llama,
): Promise<ModelEstimate> {
  const insights = await GgufInsights.from(info, llama);
  const contextTokens = contextTokensOf(spec, insights.trainContextSize);
  const { totalLayers } = insights;
  const weights = (gpuLayers: number) => insights.estimateModelResourceRequirements({ gpuLayers });
  const all = weights(totalLayers);
  const kvCacheBytes = kvCacheBytesOf(insights, spec, contextTokens);
  const computeBytes = async (onGpu: boolean): Promise<number> => {
    const options = {
      contextSize: contextTokens,
      sequences: spec.slots,
      batchSize: batchSizeOf(spec),
      modelGpuLayers: onGpu ? totalLayers : 0,
      flashAttention: usesFlashAttention(spec, { ...attentionFacts(insights, llama), onGpu }),
    };
    const { cpuRam, gpuVram } = (await isFarTooLarge(kvCacheBytes, llama))
      ? insights.estimateContextResourceRequirements(options)
      : await insights.estimateContextResourceRequirementsV2({
          ...inReach(options, llama),
          ...cacheTypes(spec),
        });
    return Math.max(0, Math.ceil(cpuRam + gpuVram - kvCacheBytes));
  };
  return {
    slots: spec.slots,
    contextTokens,
    trainContextTokens: insights.trainContextSize ?? null,
    layers: Math.max(1, totalLayers - 1),
    kvCacheBytes,
    cpu: {
      weightsBytes: Math.ceil(weights(0).cpuRam),
      computeBytes: await computeBytes(false),
    },
    gpu: {
      weightsBytes: Math.ceil(all.gpuVram),
      outputBytes: Math.ceil(weights(1).gpuVram),
      hostBytes: Math.ceil(all.cpuRam),
      computeBytes: await computeBytes(true),
    },
  };
}

/** Without a GPU the dry run is of the same graph on the CPU, with the kernels that a GPU has. */
function inReach<T extends { modelGpuLayers: number }>(options: T, llama: Llama): T {
  return llama.gpu === false ? { ...options, modelGpuLayers: 0 } : options;
}
