/**
 * The data plane: attempts in, frames out. Connects the bus, the replicas and {@link Attempts};
 * decides nothing itself. Cut off, it fences itself as server-contact.ts says.
 */
import { setTimeout as wait } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Bus, BusError, type BusSubscription } from '@corral/bus';
import {
  ALL_CONTROLLERS_ALIVE,
  attemptCommandSchema,
  attemptReplySchema,
  cancelCommandSchema,
  controllerAliveSchema,
  controllerSubject,
  frameSchema,
  resendCommandSchema,
  resendReplySchema,
  usageMessageSchema,
  usageOrphansSubject,
  workerSubject,
  type AttemptCommand,
  type AttemptReply,
  type Failure,
  type FrameStream,
} from '@corral/contracts';
import type { Subscription } from 'rxjs';
import { Clock } from '../infra/clock.js';
import type { NodeIdentity } from '../infra/identity.js';
import { WorkerLog } from '../infra/log.js';
import { IDENTITY } from '../infra/tokens.js';
import { ReplicasService } from '../supervisor/replicas.service.js';
import { Attempts, type ReplicaCapacity } from './attempts.js';
import { ContactService } from './contact.service.js';
import { splitIntoFrames } from './frames.pure.js';
import { OrphanReports } from './orphan-reports.js';
import { Outbox } from './outbox.pure.js';

const SWEEP_MS = 500;
const GATES = { in_touch: 'open', unsure: 'held', cut_off: 'closed' } as const;
const CUT_OFF: Failure = { code: 'worker_lost', message: 'The worker was cut off from the bus.' };

@Injectable()
export class GenerationService implements OnApplicationBootstrap, OnModuleDestroy {
  /** Set by the shutdown: every new attempt is answered with `draining`. */
  draining = false;

  private readonly attempts: Attempts;
  private readonly orphans: OrphanReports;
  private readonly ending = new AbortController();
  private readonly served: BusSubscription[] = [];
  private readonly heard: Subscription[] = [];
  private sweeper: NodeJS.Timeout | null = null;
  private readonly outbox: Outbox;
  private wasInTouch = true;

  constructor(
    @Inject(IDENTITY) private readonly identity: NodeIdentity,
    private readonly bus: Bus,
    private readonly contact: ContactService,
    private readonly replicas: ReplicasService,
    clock: Clock,
    private readonly log: WorkerLog,
  ) {
    const { nodeId } = identity;
    this.outbox = new Outbox({
      gate: () => GATES[contact.state()],
      send: (controllerId, streams) => this.send(controllerId, streams),
    });
    this.orphans = new OrphanReports({
      nowMs: () => clock.nowMs(),
      send: (orphan, id) => {
        const report = { kind: 'orphaned' as const, nodeId, ...orphan };
        return bus.publishDurable(usageOrphansSubject(nodeId), usageMessageSchema, report, { id });
      },
      pause: (ms) => wait(ms, undefined, { signal: this.ending.signal }).catch(() => undefined),
      gaveUp: ({ generationId, attempt }, fault) =>
        log.error('usage was not reported', { generationId, attempt, fault: String(fault) }),
    });
    this.attempts = new Attempts({
      nowMs: () => clock.nowMs(),
      capacityOf: (replicaId) => this.capacityOf(replicaId),
      start: (replicaId, key, request, remainingMs) => {
        const engine = replicas.find(replicaId)?.engine;
        return engine?.submit(key, request, { remainingMs, nowMs: clock.nowMs() }) ?? false;
      },
      cancel: (replicaId, key) => replicas.find(replicaId)?.engine?.cancel(key),
      publish: (controllerId, streams) => this.outbox.put(controllerId, streams),
      report: (orphan) => void this.orphans.report(orphan),
    });
  }

  get running(): number {
    return this.attempts.running;
  }

  onApplicationBootstrap(): void {
    const { nodeId } = this.identity;
    const { bus, attempts } = this;
    this.heard.push(
      this.replicas.steps.subscribe(({ streams }) => attempts.stepped(streams)),
      this.replicas.losses.subscribe(({ keys, failure }) => attempts.lost(keys, failure)),
    );
    this.served.push(
      bus.subscribe(ALL_CONTROLLERS_ALIVE, controllerAliveSchema, ({ controllerId }) =>
        attempts.heard(controllerId),
      ),
      bus.subscribe(workerSubject.cancel(nodeId), cancelCommandSchema, (command) =>
        attempts.cancel(command),
      ),
      bus.serve(
        workerSubject.generate(nodeId),
        { request: attemptCommandSchema, reply: attemptReplySchema },
        (command) => this.generate(command),
      ),
      bus.serve(
        workerSubject.resend(nodeId),
        { request: resendCommandSchema, reply: resendReplySchema },
        (command) => ({
          outcome:
            this.contact.state() === 'cut_off' ? 'unknown_attempt' : attempts.resend(command),
        }),
      ),
    );
    this.contact.onCutOff(() => this.fence());
    // Silence is judged as of the last proof, so right after one it is known soonest.
    this.contact.onProof(() => this.sweep());
    this.sweeper = setInterval(() => this.sweep(), SWEEP_MS);
  }

  onModuleDestroy(): void {
    if (this.sweeper !== null) clearInterval(this.sweeper);
    this.orphans.end();
    this.ending.abort();
    for (const subscription of [...this.served, ...this.heard]) subscription.unsubscribe();
  }

  /** Ends all that is running, for a reason that its controllers can act on. */
  endAll(failure: Failure): void {
    this.attempts.endAll(failure);
  }

  private generate(command: AttemptCommand): AttemptReply {
    const isOut = this.draining || this.contact.state() === 'cut_off';
    const outcome = isOut ? 'draining' : this.attempts.accept(command);
    if (outcome !== 'accepted') {
      const { generationId, attempt, replicaId } = command;
      this.log.debug('attempt refused', { generationId, attempt, replicaId, state: outcome });
    }
    return { outcome, others: this.attempts.othersOn(command.replicaId, command.controllerId) };
  }

  private capacityOf(replicaId: string): ReplicaCapacity | null {
    const replica = this.replicas.find(replicaId);
    const engine = replica?.engine ?? null;
    if (replica === null || engine === null) return null;
    const draining = replica.lifecycle.state === 'draining';
    return { slots: engine.ready.slots, onBoard: engine.onBoard.size, draining };
  }

  private send(controllerId: string, streams: FrameStream[]): void {
    const { nodeId, bootId } = this.identity;
    for (const frame of splitIntoFrames(streams, this.bus.maxPayloadBytes)) {
      try {
        this.bus.publish(controllerSubject.frames(controllerId, nodeId), frameSchema, {
          nodeId,
          bootId,
          streams: frame,
        });
      } catch (fault) {
        if (!(fault instanceof BusError)) throw fault;
        this.log.error('a frame was not sent', { controllerId, fault: fault.code });
      }
    }
  }

  private sweep(): void {
    const heardUntilMs = this.followContact() ? this.contact.provenAtMs : null;
    const { abandoned } = this.attempts.sweep({ heardUntilMs });
    if (abandoned > 0) {
      this.log.info('a controller is silent, its attempts are cancelled', { attempts: abandoned });
    }
  }

  /** True while controllers can be heard. Once they can again, what was held back is sent first. */
  private followContact(): boolean {
    const isInTouch = this.contact.state() === 'in_touch';
    if (isInTouch && !this.wasInTouch) {
      this.attempts.hearingAgain();
      this.outbox.release();
    }
    this.wasInTouch = isInTouch;
    return isInTouch;
  }

  private fence(): void {
    this.wasInTouch = false;
    // The gate is closed: what was held back is dropped.
    this.outbox.release();
    if (this.running === 0) return;
    this.log.warn('cut off from the bus, attempts end', { attempts: this.running });
    this.attempts.fence(CUT_OFF);
  }
}
