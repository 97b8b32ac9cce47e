/** One attempt on this worker: for whom it is, what has been generated of it, and whether it ended. */
import type {
  AttemptCommand,
  Failure,
  FrameStream,
  GenerationRequest,
  StreamDelta,
} from '@corral/contracts';
import { DeltaRing } from './delta-ring.js';

/** A piece of a stream, and the controller it is for. */
export interface AddressedPiece {
  controllerId: string;
  stream: FrameStream;
}

export class Attempt {
  finishedAtMs: number | null = null;

  private readonly ring = new DeltaRing();
  private readonly firstIndex: number;
  private nextIndex: number;

  constructor(
    readonly command: Omit<AttemptCommand, 'request'>,
    { acceptedTokens }: GenerationRequest,
    private readonly startedAtMs: number,
  ) {
    this.firstIndex = acceptedTokens.length;
    this.nextIndex = this.firstIndex;
  }

  get isFinished(): boolean {
    return this.finishedAtMs !== null;
  }

  /** Keeps a piece for a resend, and addresses it. */
  keep(delta: StreamDelta, nowMs: number): AddressedPiece {
    this.ring.push(delta);
    this.nextIndex = delta.index + delta.tokens.length;
    if (delta.finish !== undefined) this.finishedAtMs = nowMs;
    return { controllerId: this.command.controllerId, stream: this.streamOf(delta) };
  }

  /** The finish that the engine can no longer send. It alone counts the prompt, so that stays 0. */
  fail(failure: Failure, nowMs: number): AddressedPiece {
    const decodeMs = nowMs - this.startedAtMs;
    const finish = {
      reason: 'error' as const,
      failure,
      promptTokens: 0,
      cachedTokens: 0,
      completionTokens: this.nextIndex - this.firstIndex,
      timings: { queueMs: 0, prefillMs: 0, decodeMs },
    };
    return this.keep({ index: this.nextIndex, tokens: [], text: '', finish }, nowMs);
  }

  /** Everything from a token on; null when that is no longer remembered. */
  since(fromIndex: number): FrameStream[] | null {
    return this.ring.since(fromIndex)?.map((delta) => this.streamOf(delta)) ?? null;
  }

  private streamOf(delta: StreamDelta): FrameStream {
    const { generationId, attempt } = this.command;
    return { ...delta, generationId, attempt };
  }
}
