/** The ledger row of a request whose controller died, from what the workers reported. Pure. */
import { MAX_COUNT, openedRequestSchema } from '@corral/contracts';
import type { Unpriced } from './unpriced.js';

/** The error code of a request that its own controller could not settle. */
export const CONTROLLER_LOST = 'controller_lost';

/** A request that was under way, as the database has it. */
export interface LostRow {
  /** An OpenedRequest. */
  opened: unknown;
  age_ms: number;
  /** Its choices that got as far as a worker, in their order; null: none did. */
  generations:
    | {
        attempt: number;
        node_id: string;
        replica_id: string;
        prompt_tokens: number;
        cached_tokens: number;
        completion_tokens: number;
        prefill_ms: number;
        decode_ms: number;
        device_ms: number;
      }[]
    | null;
}

type Stream = NonNullable<LostRow['generations']>[number];

/**
 * Failed, with all that was generated for it. Choices share their prompt, and which of them do is
 * not known any more: the longest is billed, once.
 */
export function lostSettlement({ opened, age_ms, generations }: LostRow): Unpriced {
  const streams = generations ?? [];
  const most = (pick: (stream: Stream) => number): number => Math.max(0, ...streams.map(pick));
  const sum = (pick: (stream: Stream) => number): number =>
    atMost(streams.reduce((total, stream) => total + pick(stream), 0));
  return {
    ...openedRequestSchema.parse(opened),
    nodeId: streams[0]?.node_id ?? null,
    replicaId: streams[0]?.replica_id ?? null,
    status: 'failed',
    errorCode: CONTROLLER_LOST,
    finishReason: null,
    attempts: most(({ attempt }) => attempt),
    promptTokens: most(({ prompt_tokens }) => prompt_tokens),
    cachedTokens: most(({ cached_tokens }) => cached_tokens),
    completionTokens: sum(({ completion_tokens }) => completion_tokens),
    reasoningTokens: 0,
    wastedTokens: 0,
    queueMs: 0,
    prefillMs: sum(({ prefill_ms }) => prefill_ms),
    decodeMs: sum(({ decode_ms }) => decode_ms),
    deviceMs: sum(({ device_ms }) => device_ms),
    ttftMs: null,
    totalMs: atMost(Math.max(0, Math.round(age_ms))),
  };
}

/** A row that the ledger cannot hold would keep the dead controller's leases for ever. */
function atMost(value: number): number {
  return Math.min(value, MAX_COUNT);
}
