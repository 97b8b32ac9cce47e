/** {@link Attempts} over NATS, and this controller's sign of life to the workers. */
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Bus, BusError, type BusSubscription } from '@corral/bus';
import {
  attemptCommandSchema,
  attemptReplySchema,
  cancelCommandSchema,
  controllerAliveSchema,
  controllerSubject,
  frameSchema,
  resendCommandSchema,
  resendReplySchema,
  workerSubject,
  type AttemptCommand,
  type Frame,
} from '@corral/contracts';
import { Attempts, type StartOutcome } from './attempts.port.js';
import { ControllerIdentity } from '../../infra/controller-identity.js';

const START_TIMEOUT_MS = 2_000;
const RESEND_TIMEOUT_MS = 2_000;
/** Workers drop the attempts of a controller that has been silent for several of these. */
const ALIVE_INTERVAL_MS = 1_000;

const START = { request: attemptCommandSchema, reply: attemptReplySchema };
const RESEND = { request: resendCommandSchema, reply: resendReplySchema };

@Injectable()
export class BusAttempts extends Attempts implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(BusAttempts.name);
  private readonly listeners: ((frame: Frame) => void)[] = [];
  private subscriptions: BusSubscription[] = [];
  private beacon: NodeJS.Timeout | null = null;

  constructor(
    private readonly bus: Bus,
    private readonly identity: ControllerIdentity,
  ) {
    super();
  }

  get controllerId(): string {
    return this.identity.controllerId;
  }

  get isConnected(): boolean {
    return this.bus.isConnected;
  }

  onModuleInit(): void {
    const { controllerId } = this;
    const heard = (frame: Frame): void => this.listeners.forEach((listener) => listener(frame));
    this.subscriptions = [
      this.bus.subscribe(controllerSubject.frames(controllerId, '*'), frameSchema, (frame, on) => {
        // NATS lets a worker publish on its own subject alone: the body must not say another's name.
        if (on === controllerSubject.frames(controllerId, frame.nodeId)) heard(frame);
        else this.logger.warn(`dropped a frame on ${on} that names node ${frame.nodeId}`);
      }),
      // Workers with credentials of their own cannot publish here.
      this.bus.subscribe(controllerSubject.unnamedFrames(controllerId), frameSchema, heard),
    ];
    const alive = (): void => {
      if (this.isConnected) {
        this.bus.publish(controllerSubject.alive(controllerId), controllerAliveSchema, {
          controllerId,
        });
      }
    };
    alive();
    this.beacon = setInterval(alive, ALIVE_INTERVAL_MS);
  }

  onModuleDestroy(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    if (this.beacon !== null) clearInterval(this.beacon);
  }

  onFrame(listener: (frame: Frame) => void): void {
    this.listeners.push(listener);
  }

  async start(
    nodeId: string,
    command: Omit<AttemptCommand, 'controllerId'>,
  ): Promise<StartOutcome> {
    const full = { ...command, controllerId: this.controllerId };
    try {
      const reply = await this.bus.request(workerSubject.generate(nodeId), START, full, {
        timeoutMs: START_TIMEOUT_MS,
      });
      const outcome = reply.outcome === 'accepted' ? 'accepted' : 'full';
      return { outcome, others: reply.others };
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      if (error.code !== 'too_large') return { outcome: 'gone' };
      return { outcome: 'refused', failure: { code: 'request_too_large', message: error.message } };
    }
  }

  cancel(nodeId: string, generationId: string, attempt: number): void {
    this.bus.publish(workerSubject.cancel(nodeId), cancelCommandSchema, { generationId, attempt });
  }

  async resend(
    nodeId: string,
    generationId: string,
    attempt: number,
    fromIndex: number,
  ): Promise<boolean> {
    const { controllerId } = this;
    const command = { controllerId, generationId, attempt, fromIndex };
    try {
      const { outcome } = await this.bus.request(workerSubject.resend(nodeId), RESEND, command, {
        timeoutMs: RESEND_TIMEOUT_MS,
      });
      return outcome === 'resent';
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      return error.code !== 'no_responders';
    }
  }
}
