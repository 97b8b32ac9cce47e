/**
 * How much more than its estimate a load takes, learned from loads. Kept by model, context, type of
 * cache and kind of device; the largest that was ever measured counts, since what a load takes
 * hardly varies for the same key, and too little costs a failed load while too much costs room. Pure.
 */
import type { DeviceKind, ReplicaSpec } from '@corral/contracts';
import { DEVICE_KINDS } from '@corral/contracts';

/**
 * Until something was measured. The dry run tells the buffers to the byte on the machine that does
 * it; on another back end they are padded and computed in other ways, by a few percent.
 */
export const DEFAULT_MARGIN = 1.05;
/** A load that takes more than this is measured wrongly, or shares its device unseen. */
export const MAX_MARGIN = 1.5;

export interface MarginKey {
  modelDigest: string;
  /** Of a slot. */
  contextTokens: number;
  kvCacheType: ReplicaSpec['kvCacheType'];
  deviceKind: DeviceKind;
}

export interface MarginSample {
  /** Without margin. */
  estimateBytes: number;
  measuredBytes: number;
}

/** 1.0 to 1.5; undefined: nothing was measured. */
export function marginOf(sample: MarginSample | undefined): number {
  if (sample === undefined || sample.estimateBytes <= 0) return DEFAULT_MARGIN;
  return Math.min(MAX_MARGIN, Math.max(1, sample.measuredBytes / sample.estimateBytes));
}

/** Is `next` to be kept in place of `known`? */
export function isLarger(next: MarginSample, known: MarginSample | undefined): boolean {
  if (next.estimateBytes <= 0) return false;
  if (known === undefined) return true;
  return next.measuredBytes / next.estimateBytes > known.measuredBytes / known.estimateBytes;
}

/** One margin for each kind of device. */
export function marginsOf(
  of: (kind: DeviceKind) => MarginSample | undefined,
): Record<DeviceKind, number> {
  const entries = DEVICE_KINDS.map((kind) => [kind, marginOf(of(kind))] as const);
  return Object.fromEntries(entries) as Record<DeviceKind, number>;
}
