/**
 * Says how far the open streams of this controller have come, before their tokens are handed on, so
 * that a request can be booked as its client saw it even when this controller and the worker die
 * together.
 *
 * All that comes with one frame goes out as one message per node, in the same turn of the event loop
 * and ahead of the tokens: the message is put on its socket in a microtask that was queued before the
 * ones that bring the tokens to theirs.
 */
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Bus, BusError, type LastValues } from '@corral/bus';
import {
  ALL_PROGRESS,
  generationIdOf,
  PROGRESS_STREAM,
  progressOf,
  progressSubject,
  requestIdOf,
  streamProgressSchema,
  type StreamProgress,
} from '@corral/contracts';
import { ControllerIdentity } from '../infra/controller-identity.js';
import type { ReachedStream } from './reached-stream.pure.js';

/** What is said of a stream; the scheduler's report on it, which goes on changing. */
export interface StreamReport {
  readonly nodeId: string | null;
  readonly replicaId: string | null;
  readonly attempts: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
}

const KEPT = {
  stream: PROGRESS_STREAM,
  subjects: [ALL_PROGRESS],
  maxBytes: 33_554_432,
  /** Of a controller that is gone nobody replaces it; its requests are settled long before. */
  maxAgeMs: 86_400_000,
};

@Injectable()
export class StreamProgressService implements OnApplicationBootstrap {
  private readonly logger = new Logger(StreamProgressService.name);
  private readonly byNode = new Map<string, Map<string, StreamReport>>();
  private readonly due = new Set<string>();
  private values: LastValues<typeof streamProgressSchema> | null = null;

  constructor(
    private readonly bus: Bus,
    private readonly identity: ControllerIdentity,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.values = await this.bus.lastValues(streamProgressSchema, KEPT);
  }

  /** The stream has come further; to be called before its client hears of it. */
  reached(generationId: string, report: StreamReport): void {
    const { nodeId } = report;
    if (nodeId === null) return;
    const streams = this.byNode.get(nodeId) ?? new Map<string, StreamReport>();
    this.byNode.set(nodeId, streams.set(generationId, report));
    if (this.due.size === 0) queueMicrotask(() => this.say());
    this.due.add(nodeId);
  }

  /** The request is in the books: its choices, from 0, need no word any more. */
  settled(requestId: string, choices: number): void {
    for (const [nodeId, streams] of this.byNode) {
      for (let choice = 0; choice < choices; choice += 1) {
        streams.delete(generationIdOf(requestId, choice));
      }
      if (streams.size === 0) this.byNode.delete(nodeId);
    }
  }

  /** What a controller said last, by request. Throws while NATS is away. */
  async of(controllerId: string): Promise<Map<string, ReachedStream[]>> {
    const reached = new Map<string, ReachedStream>();
    for (const { subject, value } of (await this.values?.latest(progressOf(controllerId))) ?? []) {
      const nodeId = subject.slice(subject.lastIndexOf('.') + 1);
      for (const stream of value.streams) {
        const known = reached.get(stream.generationId);
        // It was on several nodes, one after the other.
        if (known !== undefined && known.completionTokens > stream.completionTokens) continue;
        reached.set(stream.generationId, { ...stream, nodeId });
      }
    }
    const byRequest = new Map<string, ReachedStream[]>();
    for (const stream of reached.values()) {
      const requestId = requestIdOf(stream.generationId);
      byRequest.set(requestId, [...(byRequest.get(requestId) ?? []), stream]);
    }
    return byRequest;
  }

  private say(): void {
    for (const nodeId of this.due) {
      const streams = [...(this.byNode.get(nodeId) ?? [])].flatMap(progressIn);
      try {
        this.bus.publish(
          progressSubject(this.identity.controllerId, nodeId),
          streamProgressSchema,
          { streams },
        );
      } catch (error) {
        if (!(error instanceof BusError)) throw error;
        this.logger.warn(`progress was not told: ${error.message}`);
      }
    }
    this.due.clear();
  }
}

function progressIn([generationId, report]: [string, StreamReport]): StreamProgress['streams'] {
  const { replicaId, attempts, promptTokens, cachedTokens, completionTokens } = report;
  if (replicaId === null) return [];
  return [
    { generationId, replicaId, attempt: attempts, promptTokens, cachedTokens, completionTokens },
  ];
}
