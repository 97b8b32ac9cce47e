/**
 * What an engine child may see of this process's environment: what llama.cpp, CUDA, Vulkan and the
 * dynamic linker need, and nothing else. A model file is untrusted input, so the process that opens
 * it holds no credentials.
 */
const ALLOWED = [
  'PATH',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'CUDA_PATH',
  'CUDA_VISIBLE_DEVICES',
  'CUDA_DEVICE_ORDER',
  'GGML_VK_VISIBLE_DEVICES',
  'VK_ICD_FILENAMES',
  'VK_DRIVER_FILES',
  // Windows: without these no process starts properly there.
  'SystemRoot',
  'windir',
  'TEMP',
  'TMP',
];

/** The variables of `environment` that an engine gets. */
export function engineEnvironment(
  environment: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const wanted = new Set(ALLOWED.map((name) => name.toLowerCase()));
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && wanted.has(name.toLowerCase())) kept[name] = value;
  }
  return kept;
}
