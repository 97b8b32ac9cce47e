/** Labels that every node has by what it reports, for placement beside those of admins. Pure. */
import type { DeviceKind, Heartbeat, Labels } from '@corral/contracts';

/** As Node names them, so that `linux`, `darwin` and `windows` are what people expect. */
const OS_NAMES: Readonly<Record<string, string>> = { Windows_NT: 'windows' };
/** The kind that a node is known by: the first that it has. */
const DEVICE_ORDER: readonly DeviceKind[] = ['cuda', 'metal', 'vulkan', 'cpu'];

/**
 * `corral/os`: `linux`, `darwin`, `windows`; `corral/arch`: `x64`, `arm64`; `corral/device`: `cuda`,
 * `metal`, `vulkan`, or `cpu` where there is no GPU.
 */
export function builtInLabels({
  platform,
  devices,
}: Pick<Heartbeat, 'platform' | 'devices'>): Labels {
  const kinds = new Set(devices.map(({ kind }) => kind));
  return {
    'corral/os': labelValue(OS_NAMES[platform.os] ?? platform.os),
    'corral/arch': labelValue(platform.arch),
    'corral/device': DEVICE_ORDER.find((kind) => kinds.has(kind)) ?? 'cpu',
  };
}

/** What a machine says of itself need not be a label's value. */
function labelValue(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
