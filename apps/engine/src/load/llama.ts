/** Starts llama.cpp with the prebuilt binaries; nothing is ever compiled or downloaded. */
import { getLlama, getModuleVersion, LlamaLogLevel, type Llama } from 'node-llama-cpp';

/** `cpuOnly` leaves video memory alone, which even an idle back end would take. */
export function startLlama(options: { cpuOnly: boolean; maxThreads?: number }): Promise<Llama> {
  return getLlama({
    build: 'never',
    skipDownload: true,
    gpu: options.cpuOnly ? false : 'auto',
    maxThreads: options.maxThreads,
    logLevel: LlamaLogLevel.warn,
    progressLogs: false,
    logger: (level, message) => {
      process.stderr.write(`llama.cpp ${level}: ${message.trimEnd()}\n`);
    },
  });
}

/** The bindings' and llama.cpp's release, for the heartbeat and bug reports. */
export async function engineVersionOf(llama: Llama): Promise<string> {
  const version = `node-llama-cpp ${await getModuleVersion()}, llama.cpp ${llama.llamaCppRelease.release}`;
  return version.slice(0, 80);
}

/** The back end in the words of the contracts: null is CPU. */
export function gpuOf(llama: Llama): 'cuda' | 'vulkan' | 'metal' | null {
  return llama.gpu === false ? null : llama.gpu;
}
