/**
 * From a file and a spec to a context that decodes: check, estimate, load, warm up. Every figure
 * that is reported afterwards is read back from what was loaded.
 */
import type { EngineReady, Failure, ReplicaSpec } from '@corral/contracts';
import {
  InsufficientMemoryError,
  type GgufFileInfo,
  type Llama,
  type LlamaContext,
  type LlamaModel,
} from 'node-llama-cpp';
import type { DecodeContext } from '../context/decode-context.js';
import { openContext } from '../context/open-context.js';
import type { Vocabulary } from '../vocabulary/vocabulary.pure.js';
import { ChatTemplate } from '../dialogue/chat-template.js';
import { PromptEncoder } from '../dialogue/prompt-encoder.js';
import { usesFlashAttention } from './attention.pure.js';
import { readCpuLimits } from './cpu-limits.js';
import { attentionFacts, contextTokensOf, estimateLoad } from './estimate.js';
import { engineVersionOf, gpuOf, startLlama } from './llama.js';
import { describeEstimate, memoryShortage, readFreeMemory } from './memory.js';
import { checkModelFile } from './model-file.js';
import { modelTokenizer, modelVocabulary } from '../vocabulary/model-tokens.js';
import { decideThreads } from './threads.pure.js';

export interface LoadOptions {
  modelPath: string;
  spec: ReplicaSpec;
  /** Threads that this engine may use at most. */
  maxThreads: number;
  /** Called with the share that is loaded, 0 to 1. */
  onProgress?: (progress: number) => void;
  /** `public` leaves the internal calls alone; for comparison. Default: native where possible. */
  api?: 'native' | 'public';
}

export interface LoadedModel {
  context: DecodeContext;
  prompts: PromptEncoder;
  vocabulary: Vocabulary;
  ready: EngineReady;
}

export type LoadResult =
  | { ok: true; model: LoadedModel }
  /** `retryable`: trying again without a change can help. */
  | { ok: false; failure: Failure; retryable: boolean };

/** Loads the model. Rejects only on faults that nobody expects. */
export async function loadModel(options: LoadOptions): Promise<LoadResult> {
  const { spec, modelPath } = options;
  const file = await checkModelFile(modelPath);
  if (!file.ok) return refusal(`The model file is refused: ${file.reason}.`);
  const broken = brokenTemplate(spec, file.info);
  if (broken !== null) return refusal(broken);

  const llama = await startLlama({ cpuOnly: spec.gpuLayers === 0, maxThreads: options.maxThreads });
  const estimate = await estimateLoad(file.info, spec, llama);
  const free = await readFreeMemory(llama);
  const shortage = memoryShortage(estimate, free);
  if (shortage) return refusal(shortage);

  try {
    const model = await llama.loadModel({
      modelPath,
      gpuLayers: estimate.gpuLayers,
      onLoadProgress: options.onProgress,
    });
    return { ok: true, model: await openModel(model, llama, options) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const figures = `estimate: ${describeEstimate(estimate)}; free: ${free.ramBytes} bytes of memory, ${free.vramBytes} of video memory`;
    if (error instanceof InsufficientMemoryError) return refusal(`${reason} (${figures}).`);
    return refusal(`llama.cpp cannot load the model: ${reason} (${figures}).`);
  }
}

async function openModel(
  model: LlamaModel,
  llama: Llama,
  options: LoadOptions,
): Promise<LoadedModel> {
  const { spec } = options;
  const limits = await readCpuLimits(llama);
  const threads = decideThreads(limits, { wanted: spec.threads, maxThreads: options.maxThreads });
  const llamaContext = await model.createContext({
    contextSize: contextTokensOf(spec, model.trainContextSize),
    sequences: spec.slots,
    batchSize: Math.max(spec.batchTokens, spec.slots),
    threads,
    flashAttention: usesFlashAttention(spec, attentionFacts(model.fileInsights, llama)),
    experimentalKvCacheKeyType: spec.kvCacheType === 'q8_0' ? 'Q8_0' : 'F16',
    experimentalKvCacheValueType: spec.kvCacheType === 'q8_0' ? 'Q8_0' : 'F16',
    failedCreationRemedy: false,
  });
  const context = await openContext(llamaContext, threads, options.api ?? 'native');

  const tokenizer = modelTokenizer(model);
  return {
    context,
    vocabulary: modelVocabulary(model),
    prompts: new PromptEncoder(tokenizer, templateOf(model, spec, tokenizer)),
    ready: {
      type: 'ready',
      slots: context.slots,
      contextTokens: context.contextTokens,
      api: context.api,
      threads: llamaContext.currentThreads,
      gpu: gpuOf(llama),
      memoryBytes: Math.ceil(memoryOf(model, llamaContext)),
      engineVersion: await engineVersionOf(llama),
    },
  };
}

function templateOf(
  model: LlamaModel,
  spec: ReplicaSpec,
  texts: { bosText: string; eosText: string },
): ChatTemplate | null {
  const source = templateSourceOf(spec, model.fileInfo);
  return source === null ? null : new ChatTemplate(source, texts);
}

/**
 * Why the chat template cannot render the simplest conversation; null: it can, or there is none.
 * Found before anything is loaded, so that a revision with a broken one never serves.
 */
function brokenTemplate(spec: ReplicaSpec, info: GgufFileInfo): string | null {
  const source = templateSourceOf(spec, info);
  if (source === null) return null;
  const { brokenBecause } = new ChatTemplate(source, { bosText: '', eosText: '' });
  if (brokenBecause === null) return null;
  const [whose, advice] =
    spec.chatTemplate === null
      ? ["model's own chat template", 'Give one that works as chatTemplate in the spec']
      : ["spec's chat template", "Mend it, or leave it out to use the model's own"];
  return `The ${whose} is broken: ${brokenBecause}. ${advice}.`;
}

function templateSourceOf(spec: ReplicaSpec, info: GgufFileInfo): string | null {
  return spec.chatTemplate ?? info.metadata.tokenizer?.chat_template ?? null;
}

function memoryOf(model: LlamaModel, context: LlamaContext): number {
  const { memoryUsage: weights } = model;
  const { memoryUsage: rest } = context;
  return weights.ram + weights.vram + rest.ram + rest.vram;
}

function refusal(message: string): LoadResult {
  const failure: Failure = { code: 'model_unavailable', message: message.slice(0, 2000) };
  return { ok: false, failure, retryable: false };
}
