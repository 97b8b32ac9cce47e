/** The ledger row of a request whose controller died, from what it and the workers said last. Pure. */
import { MAX_COUNT, openedRequestSchema } from '@corral/contracts';
import type { ReachedStream } from './reached-stream.pure.js';
import { CONTROLLER_LOST, type Unpriced } from '../ledger/settlement/unpriced.pure.js';

/** A request that was under way, as the database has it. */
export interface LostRow {
  /** An OpenedRequest. */
  opened: unknown;
  age_ms: number;
  /** Its choices that got as far as a worker, in their order; null: none did. */
  generations:
    | {
        generation_id: string;
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
 * Failed, with all that was generated for it: what its worker reported, or where its controller had
 * come to, whichever is more. Choices share their prompt, and which of them do is not known any more:
 * the longest is billed, once.
 *
 * @param reached the controller's last word on each of its streams that had a token
 */
export function lostSettlement(
  { opened, age_ms, generations }: LostRow,
  reached: readonly ReachedStream[] = [],
): Unpriced {
  const streams = allStreams(generations ?? [], reached);
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
    routing: null,
  };
}

function allStreams(reported: readonly Stream[], reached: readonly ReachedStream[]): Stream[] {
  const streams = new Map(reported.map((stream) => [stream.generation_id, { ...stream }]));
  for (const { generationId, ...last } of reached) {
    const stream = streams.get(generationId);
    if (stream === undefined) {
      // The devices' time went down with the worker.
      const times = { prefill_ms: 0, decode_ms: 0, device_ms: 0 };
      streams.set(generationId, { generation_id: generationId, ...columnsOf(last), ...times });
      continue;
    }
    stream.attempt = Math.max(stream.attempt, last.attempt);
    stream.prompt_tokens = Math.max(stream.prompt_tokens, last.promptTokens);
    stream.completion_tokens = Math.max(stream.completion_tokens, last.completionTokens);
  }
  return [...streams.values()].sort((a, b) => (a.generation_id < b.generation_id ? -1 : 1));
}

function columnsOf(last: Omit<ReachedStream, 'generationId'>) {
  return {
    attempt: last.attempt,
    node_id: last.nodeId,
    replica_id: last.replicaId,
    prompt_tokens: last.promptTokens,
    cached_tokens: last.cachedTokens,
    completion_tokens: last.completionTokens,
  };
}

/** A row that the ledger cannot hold would keep the dead controller's leases for ever. */
function atMost(value: number): number {
  return Math.min(value, MAX_COUNT);
}
