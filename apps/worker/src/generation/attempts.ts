/**
 * Every attempt on this worker: what was accepted for whom, what has been generated of it, and when
 * it may be forgotten. The core of generation without the bus: `generation.service.ts` connects it
 * to controllers, and to engines through {@link AttemptsPort}.
 *
 * Invariant: an accepted attempt gets exactly one piece with a finish, whatever becomes of its
 * engine, its controller or this worker's connection.
 */
import type {
  AttemptCommand,
  AttemptReply,
  CancelCommand,
  Failure,
  FrameStream,
  GenerationRequest,
  ResendCommand,
  ResendReply,
  StreamDelta,
} from '@corral/contracts';
import { Quarantine } from '../supervisor/quarantine.js';
import { DeltaRing } from './delta-ring.js';
import { byController } from './frames.js';

/** Attempts that a replica may hold beyond its slots: enough to fill a slot the moment it frees. */
const WAITING_ROOM = 2;
const KEPT_AFTER_FINISH_MS = 10_000;
const CONTROLLER_SILENCE_MS = 4_000;

export interface AttemptsPort {
  nowMs(): number;
  /** What the replica can take; null when it is not here or not ready. */
  capacityOf(replicaId: string): { slots: number; onBoard: number; draining: boolean } | null;
  /** False when the engine is gone after all. */
  start(
    replicaId: string,
    key: string,
    request: GenerationRequest,
    remainingMs: number | null,
  ): boolean;
  cancel(replicaId: string, key: string): void;
  publish(controllerId: string, streams: FrameStream[]): void;
}

interface Attempt {
  readonly command: Omit<AttemptCommand, 'request'>;
  readonly ring: DeltaRing;
  readonly startedAtMs: number;
  /** Index of the next token. */
  nextIndex: number;
  readonly firstIndex: number;
  finishedAtMs: number | null;
}

type EngineStream = StreamDelta & { key: string };

export class Attempts {
  private readonly attempts = new Map<string, Attempt>();
  private readonly controllersHeardAtMs = new Map<string, number>();
  private readonly quarantine = new Quarantine();

  constructor(private readonly port: AttemptsPort) {}

  /** Attempts that are not finished. */
  get running(): number {
    return this.unfinished().length;
  }

  /** Takes an attempt on or says why not. Accepting the same attempt twice changes nothing. */
  accept({ request, ...command }: AttemptCommand): AttemptReply['outcome'] {
    this.heard(command.controllerId);
    const key = keyOf(command);
    if (this.attempts.has(key)) return 'accepted';
    const capacity = this.port.capacityOf(command.replicaId);
    if (capacity === null) return 'unknown_replica';
    if (capacity.draining) return 'draining';
    if (this.quarantine.refuses(command.generationId)) {
      this.admit(key, command, request);
      // Later, so that the answer to this command is on its way first.
      setImmediate(() => this.end(key, QUARANTINED));
      return 'accepted';
    }
    this.cancelEarlier(command);
    if (capacity.onBoard >= capacity.slots + WAITING_ROOM) return 'full';
    this.admit(key, command, request);
    if (this.port.start(command.replicaId, key, request, command.remainingMs)) return 'accepted';
    this.attempts.delete(key);
    return 'unknown_replica';
  }

  /** Frees the slot soon; the engine's last piece says `cancelled`. */
  cancel(command: CancelCommand): void {
    const key = keyOf(command);
    const attempt = this.attempts.get(key);
    if (attempt?.finishedAtMs === null) this.port.cancel(attempt.command.replicaId, key);
  }

  /** Sends again what a controller missed. */
  resend(command: ResendCommand): ResendReply['outcome'] {
    this.heard(command.controllerId);
    const attempt = this.attempts.get(keyOf(command));
    const pieces = attempt?.ring.since(command.fromIndex) ?? null;
    if (attempt === undefined || pieces === null) return 'unknown_attempt';
    const { generationId, attempt: number } = command;
    const streams = pieces.map((piece) => ({ ...piece, generationId, attempt: number }));
    if (streams.length > 0) this.port.publish(command.controllerId, streams);
    return 'resent';
  }

  /** One step of an engine: at most one frame per controller. */
  stepped(streams: EngineStream[]): void {
    const pieces: { controllerId: string; stream: FrameStream }[] = [];
    for (const { key, ...delta } of streams) {
      const attempt = this.attempts.get(key);
      if (attempt === undefined || attempt.finishedAtMs !== null) continue;
      pieces.push(this.keep(attempt, delta));
    }
    for (const [controllerId, frame] of byController(pieces)) {
      this.port.publish(controllerId, frame);
    }
  }

  /** An engine is gone. `crashed`: it may be these attempts' own doing. */
  lost(keys: string[], failure: Failure): void {
    const lost = keys.flatMap((key) => this.attempts.get(key) ?? []);
    if (failure.code === 'engine_crashed') {
      this.quarantine.record(lost.map(({ command }) => command.generationId));
    }
    this.endTogether(lost, failure);
  }

  /** A sign of life of a controller. */
  heard(controllerId: string): void {
    this.controllersHeardAtMs.set(controllerId, this.port.nowMs());
  }

  /** While nobody can be heard, nobody is silent: called when the bus is back. */
  hearingAgain(): void {
    for (const controllerId of this.controllersHeardAtMs.keys()) this.heard(controllerId);
  }

  /** Cancels the attempts of silent controllers, and forgets what was finished long enough ago. */
  sweep({ hearing }: { hearing: boolean }): { abandoned: number } {
    const nowMs = this.port.nowMs();
    for (const [key, { finishedAtMs }] of this.attempts) {
      if (finishedAtMs !== null && nowMs - finishedAtMs > KEPT_AFTER_FINISH_MS) {
        this.attempts.delete(key);
      }
    }
    if (!hearing) return { abandoned: 0 };
    const silent = [...this.controllersHeardAtMs]
      .filter(([, heardAtMs]) => nowMs - heardAtMs > CONTROLLER_SILENCE_MS)
      .map(([controllerId]) => controllerId);
    for (const controllerId of silent) this.controllersHeardAtMs.delete(controllerId);
    const abandoned = this.unfinished().filter(({ command }) =>
      silent.includes(command.controllerId),
    );
    for (const { command } of abandoned) this.cancel(command);
    return { abandoned: abandoned.length };
  }

  /** Ends everything that is running, and frees the slots. */
  endAll(failure: Failure): void {
    const running = this.unfinished();
    this.endTogether(running, failure);
    for (const { command } of running) this.port.cancel(command.replicaId, keyOf(command));
  }

  /** A later attempt of a generation means that nobody reads the earlier ones any more. */
  private cancelEarlier({ generationId, attempt }: CancelCommand): void {
    for (const { command } of this.unfinished()) {
      if (command.generationId === generationId && command.attempt < attempt) this.cancel(command);
    }
  }

  private admit(
    key: string,
    command: Attempt['command'],
    { acceptedTokens }: GenerationRequest,
  ): void {
    this.attempts.set(key, {
      command,
      ring: new DeltaRing(),
      startedAtMs: this.port.nowMs(),
      firstIndex: acceptedTokens.length,
      nextIndex: acceptedTokens.length,
      finishedAtMs: null,
    });
  }

  private end(key: string, failure: Failure): void {
    const attempt = this.attempts.get(key);
    if (attempt !== undefined) this.endTogether([attempt], failure);
  }

  private endTogether(attempts: Attempt[], failure: Failure): void {
    const pieces = attempts
      .filter(({ finishedAtMs }) => finishedAtMs === null)
      .map((attempt) => this.keep(attempt, this.lastPiece(attempt, failure)));
    for (const [controllerId, frame] of byController(pieces)) {
      this.port.publish(controllerId, frame);
    }
  }

  /** What the engine can no longer say. It alone counts the prompt, so that stays 0. */
  private lastPiece({ nextIndex, firstIndex, startedAtMs }: Attempt, failure: Failure): StreamDelta {
    return {
      index: nextIndex,
      tokens: [],
      text: '',
      finish: {
        reason: 'error',
        failure,
        promptTokens: 0,
        cachedTokens: 0,
        completionTokens: nextIndex - firstIndex,
        timings: { queueMs: 0, prefillMs: 0, decodeMs: this.port.nowMs() - startedAtMs },
      },
    };
  }

  private keep(
    attempt: Attempt,
    delta: StreamDelta,
  ): { controllerId: string; stream: FrameStream } {
    attempt.ring.push(delta);
    attempt.nextIndex = delta.index + delta.tokens.length;
    if (delta.finish !== undefined) attempt.finishedAtMs = this.port.nowMs();
    const { controllerId, generationId, attempt: number } = attempt.command;
    return { controllerId, stream: { ...delta, generationId, attempt: number } };
  }

  private unfinished(): Attempt[] {
    return [...this.attempts.values()].filter(({ finishedAtMs }) => finishedAtMs === null);
  }
}

/** The engine's name for an attempt. */
function keyOf({ generationId, attempt }: CancelCommand): string {
  return `${generationId}#${attempt}`;
}

const QUARANTINED: Failure = {
  code: 'internal_error',
  message: 'Two engines ended while working on this request, so it is not tried again.',
};
