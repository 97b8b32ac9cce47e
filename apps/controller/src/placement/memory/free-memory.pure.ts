/**
 * What a node's devices still have to offer: what it reports as free, less what is promised to
 * replicas that it does not show loaded yet, and never more than its size less all promises. The
 * second matters where weights are mapped files: the system counts those as free memory. Pure.
 */
import type { CandidateNode, DeviceMemory, PlacedReplica } from '../candidate-node.pure.js';
import { gib } from './gib.pure.js';

export interface FreeMemory extends DeviceMemory {
  /** Promised to replicas that are not loaded yet. */
  promisedBytes: number;
  /** Promised to replicas that are loaded. */
  heldBytes: number;
  /** In use, and not by replicas placed here. */
  othersBytes: number;
}

/** `placedHere`: the replicas placed on this node, those that are being moved away included. */
export function freeMemoryOf(
  { devices }: Pick<CandidateNode, 'devices'>,
  placedHere: readonly Pick<PlacedReplica, 'reserved' | 'isLoaded'>[],
): FreeMemory[] {
  return devices.map((device) => {
    const sum = (isLoaded: boolean): number =>
      placedHere
        .filter((replica) => replica.isLoaded === isLoaded)
        .flatMap(({ reserved }) => reserved)
        .filter(({ deviceId }) => deviceId === device.id)
        .reduce((total, { bytes }) => total + bytes, 0);
    const [promisedBytes, heldBytes] = [sum(false), sum(true)];
    const { totalBytes } = device;
    const freeBytes = Math.max(
      0,
      Math.min(device.freeBytes - promisedBytes, totalBytes - promisedBytes - heldBytes),
    );
    const othersBytes = Math.max(0, totalBytes - device.freeBytes - heldBytes);
    return { ...device, freeBytes, promisedBytes, heldBytes, othersBytes };
  });
}

/** `7.9 GiB free of 24.0, 12.1 used by others`; what is nothing is left out. */
export function freeText(memory: FreeMemory): string {
  const uses: [number, string][] = [
    [memory.othersBytes, 'used by others'],
    [memory.heldBytes, 'held by replicas'],
    [memory.promisedBytes, 'promised to replicas that load'],
  ];
  return (
    `${gib(memory.freeBytes)} GiB free of ${gib(memory.totalBytes)}` +
    uses.flatMap(([bytes, use]) => (gib(bytes) === '0.0' ? [] : `, ${gib(bytes)} ${use}`)).join('')
  );
}
