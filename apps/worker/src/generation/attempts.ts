/**
 * Every attempt on this worker: what was accepted for whom, what has been generated of it, and when
 * it may be forgotten. The core of generation without the bus: `generation.service.ts` connects it
 * to controllers, and to engines through {@link AttemptsPort}.
 *
 * Invariants: an accepted attempt gets exactly one piece with a finish, whatever becomes of its
 * engine, its controller or this worker's connection. One whose controller fell silent while it was
 * remembered is reported exactly once, when it has ended.
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
import { Quarantine } from '../supervisor/quarantine.pure.js';
import { Attempt, type AddressedPiece, type Orphan } from './attempt.pure.js';
import { ControllerWatch } from './controller-watch.js';
import { byController } from './frames.pure.js';

/** Attempts that may wait on a replica: enough to fill a slot the moment it frees. */
const WAITING_ROOM = 2;
const KEPT_AFTER_FINISH_MS = 10_000;
/** Another attempt ended the engine; code as for anything that can be tried again elsewhere. */
const BYSTANDER: Failure = {
  code: 'worker_lost',
  message: 'The engine was ended by another request.',
};
const QUARANTINED: Failure = {
  code: 'internal_error',
  message: 'Two engines ended while working on this request, so it is not tried again.',
};

export interface ReplicaCapacity {
  slots: number;
  onBoard: number;
  draining: boolean;
}

export interface AttemptsPort {
  nowMs(): number;
  /** What the replica can take; null when it is not here or not ready. */
  capacityOf(replicaId: string): ReplicaCapacity | null;
  /** False when the engine is gone after all. */
  start(
    replicaId: string,
    key: string,
    request: GenerationRequest,
    remainingMs: number | null,
  ): boolean;
  cancel(replicaId: string, key: string): void;
  publish(controllerId: string, streams: FrameStream[]): void;
  /** Tells the ledger what was generated for a controller that can no longer tell it. */
  report(orphan: Orphan): void;
}

export class Attempts {
  /** By the engine's name for them, in order of arrival. */
  private readonly attempts = new Map<string, Attempt>();
  private readonly controllers = new ControllerWatch();
  private readonly quarantine = new Quarantine();
  /** Suspects whose trial begins when the one before it on their replica is over. */
  private waiting: Attempt[] = [];
  private hearingSinceMs = -Infinity;

  constructor(private readonly port: AttemptsPort) {}

  /** Attempts that are not finished. */
  get running(): number {
    return this.unfinished().length;
  }

  /** Attempts of other controllers that the replica has, and is not about to let go of. */
  othersOn(replicaId: string, controllerId: string): number {
    return this.unfinished().filter(
      ({ command, isGivenUp }) =>
        command.replicaId === replicaId && command.controllerId !== controllerId && !isGivenUp,
    ).length;
  }

  /** Takes an attempt on or says why not. Accepting the same attempt twice changes nothing. */
  accept({ request, ...command }: AttemptCommand): AttemptReply['outcome'] {
    this.heard(command.controllerId);
    const key = keyOf(command);
    if (this.attempts.has(key)) return 'accepted';
    const capacity = this.port.capacityOf(command.replicaId);
    if (capacity === null) return 'unknown_replica';
    if (capacity.draining) return 'draining';
    this.cancelEarlier(command);
    const attempt = new Attempt(command, request, this.port.nowMs());
    if (this.quarantine.refuses(command.generationId)) {
      this.attempts.set(key, attempt);
      // Later, so that the answer to this command is on its way first.
      setImmediate(() => this.failAll([attempt], QUARANTINED));
      return 'accepted';
    }
    const room = command.mayWait === false ? this.givenUpOn(command.replicaId) : WAITING_ROOM;
    if (capacity.onBoard >= capacity.slots + room) return 'full';
    // Of two on trial nobody could say which it was; the other may be another controller's.
    if (command.onTrial === true && this.hasTrial(command.replicaId)) {
      attempt.isWaiting = true;
      this.waiting.push(attempt);
    } else if (!this.begin(attempt)) return 'unknown_replica';
    this.attempts.set(key, attempt);
    return 'accepted';
  }

  /** Frees the slot soon; the engine's last piece says `cancelled`. */
  cancel(command: CancelCommand): void {
    const key = keyOf(command);
    const attempt = this.attempts.get(key);
    if (attempt?.isFinished !== false) return;
    attempt.isGivenUp = true;
    if (!attempt.isWaiting) return this.port.cancel(attempt.command.replicaId, key);
    this.publish([attempt.end({ reason: 'cancelled' }, this.port.nowMs())]);
    this.reportOrphan(attempt);
  }

  /** Sends again what a controller missed. */
  resend(command: ResendCommand): ResendReply['outcome'] {
    this.heard(command.controllerId);
    const streams = this.attempts.get(keyOf(command))?.since(command.fromIndex) ?? null;
    if (streams === null) return 'unknown_attempt';
    if (streams.length > 0) this.port.publish(command.controllerId, streams);
    return 'resent';
  }

  /** One step of an engine: one frame per controller. */
  stepped(streams: (StreamDelta & { key: string })[]): void {
    const nowMs = this.port.nowMs();
    const pieces: AddressedPiece[] = [];
    for (const { key, ...delta } of streams) {
      const attempt = this.attempts.get(key);
      if (attempt?.isFinished !== false) continue;
      pieces.push(attempt.keep(delta, nowMs));
      this.reportOrphan(attempt);
    }
    this.publish(pieces);
    this.beginWaiting();
  }

  /** An engine is gone, with these on board. Those on trial are to blame for a crash, else all are. */
  lost(keys: string[], failure: Failure): void {
    const lost = keys.flatMap((key) => this.attempts.get(key) ?? []);
    if (failure.code === 'engine_crashed') this.blame(lost, failure);
    else this.failAll(lost, failure);
    this.beginWaiting();
  }

  /** A sign of life of a controller. */
  heard(controllerId: string): void {
    this.controllers.heard(controllerId, this.port.nowMs());
  }

  /** The bus is back: while it was away, nobody could be heard. */
  hearingAgain(): void {
    this.hearingSinceMs = this.port.nowMs();
    this.controllers.hearingAgain(this.hearingSinceMs);
  }

  /**
   * While the bus is there: forgets what was finished long enough ago, and cancels the attempts of
   * silent controllers, which gives how many those were. What such a controller may not have settled
   * is reported, finished attempts at once. While the bus is away nobody is silent, and what has
   * ended waits for whoever may still ask.
   *
   * @param heardUntilMs until when whoever spoke was heard, as far as is known; null: not at present
   */
  sweep({ heardUntilMs }: { heardUntilMs: number | null }): { abandoned: number } {
    if (heardUntilMs === null) return { abandoned: 0 };
    this.forgetFinished(this.port.nowMs());
    const silent = this.controllers.takeSilent(heardUntilMs);
    let abandoned = 0;
    for (const attempt of this.attempts.values()) {
      if (!silent.has(attempt.command.controllerId)) continue;
      attempt.orphan();
      if (!attempt.isFinished) abandoned += 1;
      this.cancel(attempt.command);
      this.reportOrphan(attempt);
    }
    return { abandoned };
  }

  /** Ends everything that is running, and frees the slots. */
  endAll(failure: Failure): void {
    const running = this.unfinished();
    this.failAll(running, failure);
    for (const { command } of running) this.port.cancel(command.replicaId, keyOf(command));
  }

  /**
   * As {@link endAll}, without a word: what was not sent by now would come too late. A controller
   * that still reads one of them asks for the rest of it.
   */
  fence(failure: Failure): void {
    for (const attempt of this.unfinished()) {
      attempt.end({ reason: 'error', failure }, this.port.nowMs());
      this.port.cancel(attempt.command.replicaId, keyOf(attempt.command));
      this.reportOrphan(attempt);
    }
  }

  private blame(lost: Attempt[], failure: Failure): void {
    const onTrial = lost.filter(({ isOnTrial }) => isOnTrial);
    const blamed = onTrial.length > 0 ? onTrial : lost;
    this.quarantine.record(blamed.map(({ command }) => command.generationId));
    this.failAll(blamed, failure);
    this.failAll(
      lost.filter((attempt) => !blamed.includes(attempt)),
      BYSTANDER,
    );
  }

  /** False when its engine is gone. */
  private begin(attempt: Attempt): boolean {
    const { command, request } = attempt;
    const remainingMs = attempt.remainingMs(this.port.nowMs());
    return this.port.start(command.replicaId, keyOf(command), request, remainingMs);
  }

  /** In their order, those whose replica has nobody on trial any more. */
  private beginWaiting(): void {
    if (this.waiting.length === 0) return;
    this.waiting = this.waiting.filter((attempt) => {
      if (attempt.isFinished) return false;
      if (this.hasTrial(attempt.command.replicaId)) return true;
      attempt.isWaiting = false;
      if (!this.begin(attempt)) this.failAll([attempt], BYSTANDER);
      return false;
    });
  }

  /** A later attempt of a generation means that nobody reads the earlier ones any more. */
  private cancelEarlier({ generationId, attempt }: CancelCommand): void {
    for (const { command } of this.unfinished()) {
      if (command.generationId === generationId && command.attempt < attempt) this.cancel(command);
    }
  }

  /** Their slots are free with the next step. */
  private givenUpOn(replicaId: string): number {
    return this.unfinished().filter(
      ({ command, isGivenUp }) => isGivenUp && command.replicaId === replicaId,
    ).length;
  }

  private hasTrial(replicaId: string): boolean {
    return this.unfinished().some(
      ({ command, isOnTrial }) => isOnTrial && command.replicaId === replicaId,
    );
  }

  private failAll(attempts: Attempt[], failure: Failure): void {
    const running = attempts.filter(({ isFinished }) => !isFinished);
    this.publish(
      running.map((attempt) => attempt.end({ reason: 'error', failure }, this.port.nowMs())),
    );
    for (const attempt of running) this.reportOrphan(attempt);
  }

  private forgetFinished(nowMs: number): void {
    for (const [key, { finishedAtMs }] of this.attempts) {
      if (finishedAtMs === null) continue;
      const keptSinceMs = Math.max(finishedAtMs, this.hearingSinceMs);
      if (nowMs - keptSinceMs > KEPT_AFTER_FINISH_MS) this.attempts.delete(key);
    }
  }

  private reportOrphan(attempt: Attempt): void {
    const orphan = attempt.takeOrphan();
    if (orphan !== null) this.port.report(orphan);
  }

  private publish(pieces: AddressedPiece[]): void {
    for (const [controllerId, streams] of byController(pieces)) {
      this.port.publish(controllerId, streams);
    }
  }

  private unfinished(): Attempt[] {
    return [...this.attempts.values()].filter(({ isFinished }) => !isFinished);
  }
}

/** The engine's name for an attempt. */
function keyOf({ generationId, attempt }: CancelCommand): string {
  return `${generationId}#${attempt}`;
}
