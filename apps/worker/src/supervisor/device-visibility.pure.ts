/**
 * How an engine is held to the devices that placement chose for it: by variables that the drivers
 * of llama.cpp's back ends honour, and without a GPU by loading no layer on one. Pure.
 *
 * CUDA_VISIBLE_DEVICES with CUDA_DEVICE_ORDER=PCI_BUS_ID counts as nvidia-smi does, which names the
 * devices (CUDA C++ Programming Guide, "CUDA Environment Variables"); GGML_VK_VISIBLE_DEVICES
 * is llama.cpp's own (ggml/src/ggml-vulkan).
 */
import type { Assignment, ReplicaSpec } from '@corral/contracts';

export interface DeviceVisibility {
  /** The spec to load with. */
  spec: ReplicaSpec;
  /** Added to the engine's environment; empty: it sees every device of the node. */
  environment: Record<string, string>;
}

/**
 * `gpuIds`: the node's GPU devices as its heartbeat names them. Nothing is narrowed where the engine
 * may use all of them, so that a node whose devices are known only as one sum stays as it is.
 */
export function visibilityOf(
  { spec, deviceIds }: Pick<Assignment, 'spec' | 'deviceIds'>,
  gpuIds: readonly string[],
): DeviceVisibility {
  if (deviceIds.length === 0) return { spec, environment: {} };
  const chosen = gpuIds.filter((id) => deviceIds.includes(id));
  if (chosen.length === 0) return { spec: { ...spec, gpuLayers: 0 }, environment: {} };
  if (chosen.length === gpuIds.length) return { spec, environment: {} };
  const indexes = chosen.map((id) => /\d+$/.exec(id)?.[0] ?? '').join(',');
  const isVulkan = chosen.every((id) => id.startsWith('vulkan'));
  return {
    spec,
    environment: isVulkan
      ? { GGML_VK_VISIBLE_DEVICES: indexes }
      : { CUDA_VISIBLE_DEVICES: indexes, CUDA_DEVICE_ORDER: 'PCI_BUS_ID' },
  };
}
