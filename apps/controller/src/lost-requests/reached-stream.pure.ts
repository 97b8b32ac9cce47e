import type { StreamProgress } from '@corral/contracts';

/** How far a stream had come when its controller last said so. */
export type ReachedStream = StreamProgress['streams'][number] & { nodeId: string };
