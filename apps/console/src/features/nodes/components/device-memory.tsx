'use client';
import type { NodeView } from '@corral/contracts/http';
import Cpu from 'lucide-react/icons/cpu';
import Gpu from 'lucide-react/icons/gpu';
import { useTranslations } from 'next-intl';
import { Meter } from '../../../components/figures/meter';
import { formatBytes, formatBytesOf } from '../../../lib/format-bytes';

export type DeviceView = NodeView['devices'][number];

const KIND_NAMES: Record<Exclude<DeviceView['kind'], 'cpu'>, string> = {
  cuda: 'CUDA',
  vulkan: 'Vulkan',
  metal: 'Metal',
};

/** One device's memory: what it is, how much is taken, how much is left. */
export function DeviceMemory({ device }: { device: DeviceView }) {
  const t = useTranslations('nodes');
  const Icon = device.kind === 'cpu' ? Cpu : Gpu;
  const ofTotal = formatBytesOf(device.usedBytes, device.totalBytes);
  return (
    <div>
      <div className="mb-1.5 flex items-baseline gap-2 text-[0.8125rem]">
        <Icon className="size-3.5 shrink-0 translate-y-0.5 text-muted" aria-hidden />
        <span className="min-w-0 truncate font-medium" title={device.name}>
          {device.name}
        </span>
        <span className="shrink-0 text-xs text-muted">
          {device.kind === 'cpu' ? t('ram') : KIND_NAMES[device.kind]}
        </span>
        <span className="ml-auto shrink-0 tabular-nums">{ofTotal}</span>
      </div>
      <Meter
        share={device.totalBytes === 0 ? 0 : device.usedBytes / device.totalBytes}
        label={`${device.name}, ${t('memory')}`}
        valueText={ofTotal}
      />
      <div className="mt-1 flex justify-between text-xs text-muted tabular-nums">
        <span>{t('used', { amount: formatBytes(device.usedBytes) })}</span>
        <span>{t('free', { amount: formatBytes(device.freeBytes) })}</span>
      </div>
    </div>
  );
}
