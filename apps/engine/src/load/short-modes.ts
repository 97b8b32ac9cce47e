/** What the program can tell without serving: one JSON line each on standard output. */
import {
  replicaSpecSchema,
  type EngineEstimate,
  type EngineProbe,
  type Failure,
  type ModelEstimate,
  type ReplicaSpec,
} from '@corral/contracts';
import type { GgufFileInfo, Llama } from 'node-llama-cpp';
import { estimateLoad } from './estimate.js';
import { engineVersionOf, gpuOf, startLlama } from './llama.js';
import { estimateModel } from './model-estimate.js';
import { checkModelFile } from './model-file.js';

export type ShortModeResult<T> = { ok: true; value: T } | { ok: false; failure: Failure };

/** The back end and the video memory of this machine. */
export async function probe(): Promise<EngineProbe> {
  const llama = await startLlama({ cpuOnly: false });
  const onGpu = llama.gpu !== false;
  const vram = onGpu ? await llama.getVramState() : { total: 0, used: 0, free: 0 };
  return {
    engineVersion: await engineVersionOf(llama),
    gpu: gpuOf(llama),
    gpuDevices: onGpu ? await llama.getGpuDeviceNames() : [],
    vram: { totalBytes: vram.total, usedBytes: vram.used, freeBytes: vram.free },
  };
}

/** What a load of the file with this spec (JSON, all fields optional) would need here. */
export function estimate(path: string, specJson: string): Promise<ShortModeResult<EngineEstimate>> {
  return withModel(path, specJson, estimateLoad);
}

/** The same for any machine. */
export function estimateAnywhere(
  path: string,
  specJson: string,
): Promise<ShortModeResult<ModelEstimate>> {
  return withModel(path, specJson, estimateModel);
}

async function withModel<T>(
  modelPath: string,
  specJson: string,
  tell: (info: GgufFileInfo, spec: ReplicaSpec, llama: Llama) => Promise<T>,
): Promise<ShortModeResult<T>> {
  const spec = parseSpec(specJson);
  if (!spec.ok) return spec;
  const file = await checkModelFile(modelPath);
  if (!file.ok) {
    const message = `The model file is refused: ${file.reason}.`;
    return { ok: false, failure: { code: 'invalid_request', message } };
  }
  const llama = await startLlama({ cpuOnly: spec.spec.gpuLayers === 0 });
  return { ok: true, value: await tell(file.info, spec.spec, llama) };
}

function parseSpec(json: string) {
  const refuse = (message: string): { ok: false; failure: Failure } => ({
    ok: false,
    failure: { code: 'invalid_value', message: `The spec is refused: ${message}` },
  });
  try {
    const parsed = replicaSpecSchema.safeParse(JSON.parse(json));
    return parsed.success
      ? { ok: true as const, spec: parsed.data }
      : refuse(parsed.error.issues.map((issue) => issue.message).join('; '));
  } catch {
    return refuse('it is no JSON');
  }
}
