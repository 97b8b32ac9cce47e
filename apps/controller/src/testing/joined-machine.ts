/** A machine that asks a controller to be let in, and speaks with what it gets. */
import {
  connectBus,
  credsText,
  newUserKey,
  type Bus,
  type NatsLogin,
  type UserKey,
} from '@corral/bus';
import { nodeSubject, workerInbox, type Heartbeat } from '@corral/contracts';
import { joinAnswerSchema } from '@corral/contracts/http';
import { z } from 'zod';
import { heartbeatOf } from './heartbeats.js';
import type { Answer, TestApplication } from './test-application.js';

export class JoiningMachine {
  readonly key: UserKey = newUserKey();
  private sequence = 0;

  constructor(
    private readonly controller: TestApplication,
    readonly nodeId: string,
  ) {}

  join(token: string, change: Record<string, string> = {}): Promise<Answer> {
    const { nodeId } = this;
    const body = { token, nodeId, name: nodeId, publicKey: this.key.publicKey, ...change };
    return this.controller.ask('POST', '/join/v1', { body });
  }

  /** What it gets in with, by the answer to `join`. */
  login(answer: Answer): NatsLogin {
    const { natsUrl, jwt, ca } = joinAnswerSchema.parse(answer.body);
    return { servers: natsUrl, creds: credsText(jwt, this.key.seed), ca: ca ?? undefined };
  }

  connect(answer: Answer): Promise<Bus> {
    const { nodeId } = this;
    return connectBus({
      ...this.login(answer),
      name: nodeId,
      inboxPrefix: workerInbox(nodeId),
    });
  }

  /** Sends a heartbeat, as Nest wraps it. */
  report(bus: Bus, change: Partial<Heartbeat> = {}): void {
    const data = { ...heartbeatOf(this.nodeId), sequence: this.sequence++, ...change };
    const subject = nodeSubject('heartbeat', this.nodeId);
    bus.publish(subject, z.unknown(), { pattern: subject, data });
  }
}
