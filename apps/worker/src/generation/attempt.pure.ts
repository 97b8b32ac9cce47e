/** One attempt on this worker: for whom it is, what has been generated of it, and whether it ended. */
import {
  TRIAL_TOKENS,
  type AttemptCommand,
  type Failure,
  type Finish,
  type FrameStream,
  type GenerationRequest,
  type OrphanedGeneration,
  type StreamDelta,
} from '@corral/contracts';
import { DeltaRing } from './delta-ring.pure.js';

/** A piece of a stream, and the controller it is for. */
export interface AddressedPiece {
  controllerId: string;
  stream: FrameStream;
}

/** What an attempt had generated for a controller that is gone; the node adds its own name. */
export type Orphan = Omit<OrphanedGeneration, 'nodeId'>;

export class Attempt {
  finishedAtMs: number | null = null;
  /** No engine has it yet. */
  isWaiting = false;
  /** By its controller; should an engine have it, that lets go of it within a step. */
  isGivenUp = false;

  private finish: Finish | null = null;
  private prompt: NonNullable<StreamDelta['prompt']> = { tokens: 0, cachedTokens: 0 };
  /** Read by its controller, until that falls silent. */
  private state: 'read' | 'orphaned' | 'reported' = 'read';
  private readonly ring = new DeltaRing();
  private readonly firstIndex: number;
  private nextIndex: number;

  constructor(
    readonly command: Omit<AttemptCommand, 'request'>,
    readonly request: GenerationRequest,
    private readonly startedAtMs: number,
  ) {
    this.firstIndex = request.acceptedTokens.length;
    this.nextIndex = this.firstIndex;
  }

  get isFinished(): boolean {
    return this.finishedAtMs !== null;
  }

  /** Whom an engine's crash is put down to, if one on board is. */
  get isOnTrial(): boolean {
    if (this.isWaiting || this.command.onTrial !== true) return false;
    return this.nextIndex - this.firstIndex <= TRIAL_TOKENS;
  }

  /** What is left of the time that its caller will wait; null: no limit. */
  remainingMs(nowMs: number): number | null {
    const { remainingMs } = this.command;
    return remainingMs === null ? null : Math.max(0, remainingMs - (nowMs - this.startedAtMs));
  }

  /** Keeps a piece for a resend, and addresses it. */
  keep(delta: StreamDelta, nowMs: number): AddressedPiece {
    this.ring.push(delta);
    this.nextIndex = delta.index + delta.tokens.length;
    if (delta.prompt !== undefined) this.prompt = delta.prompt;
    if (delta.finish !== undefined) {
      this.finish = delta.finish;
      this.finishedAtMs = nowMs;
    }
    return { controllerId: this.command.controllerId, stream: this.streamOf(delta) };
  }

  /**
   * The finish that no engine can send. Of the prompt it says what the engine had told,
   * 0 before the first piece; for how long the device worked nobody knows any more.
   */
  end(
    outcome: { reason: 'error'; failure: Failure } | { reason: 'cancelled' },
    nowMs: number,
  ): AddressedPiece {
    const passedMs = nowMs - this.startedAtMs;
    const [queueMs, decodeMs] = this.isWaiting ? [passedMs, 0] : [0, passedMs];
    const finish = {
      ...outcome,
      promptTokens: this.prompt.tokens,
      cachedTokens: this.prompt.cachedTokens,
      completionTokens: this.nextIndex - this.firstIndex,
      timings: { queueMs, prefillMs: 0, decodeMs, deviceMs: 0 },
    };
    return this.keep({ index: this.nextIndex, tokens: [], text: '', finish }, nowMs);
  }

  /** Its controller is gone: what was generated has to be told to somebody else. */
  orphan(): void {
    if (this.state === 'read') this.state = 'orphaned';
  }

  /** What to tell of an orphan once it has ended: once, and null at any other time. */
  takeOrphan(): Orphan | null {
    if (this.state !== 'orphaned' || this.finish === null) return null;
    this.state = 'reported';
    const { promptTokens, cachedTokens, timings } = this.finish;
    const { generationId, attempt, replicaId } = this.command;
    const { prefillMs, decodeMs, deviceMs } = timings;
    return {
      generationId,
      attempt,
      replicaId,
      promptTokens,
      cachedTokens,
      completionTokens: this.nextIndex,
      prefillMs,
      decodeMs,
      deviceMs,
    };
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
