import type { Device } from '@corral/contracts';

/** A device as the system describes it; whose use it is, is worked out in foreign-memory.ts. */
export type MeasuredDevice = Omit<Device, 'ownBytes' | 'foreignBytes'>;
