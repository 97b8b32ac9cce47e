/**
 * Asks the NATS server twice a second whether it is there, and knocks where it was while it is not; see
 * server-contact.ts for what follows.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Bus } from '@corral/bus';
import { Clock } from '../infra/clock.js';
import { ServerContact, type ContactState } from './server-contact.pure.js';

/** How late it may be noticed that a controller is silent hangs on it, too. */
const PERIOD_MS = 500;
/** A question without an answer for so long is asked again: the connection may be half open. */
const ANSWER_LIMIT_MS = 2_000;

@Injectable()
export class ContactService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly contact: ServerContact;
  private readonly ending = new AbortController();
  private readonly fences: (() => void)[] = [];
  private readonly proofs: (() => void)[] = [];

  constructor(
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {
    this.contact = new ServerContact(clock.nowMs(), () => {
      for (const fence of this.fences) fence();
    });
  }

  onApplicationBootstrap(): void {
    void this.askOn();
  }

  onModuleDestroy(): void {
    this.ending.abort();
  }

  /** A connection that is known to be gone proves nothing: at best it is not known yet. */
  state(): ContactState {
    const state = this.contact.state(this.clock.nowMs());
    return state === 'in_touch' && !this.bus.isConnected ? 'unsure' : state;
  }

  /** When the server was last known to be there. */
  get provenAtMs(): number {
    return this.contact.provenAtMs;
  }

  /** Calls the listener once for each time this worker is cut off, before {@link state} says so. */
  onCutOff(fence: () => void): void {
    this.fences.push(fence);
  }

  /** Calls the listener with each proof that the server is there. */
  onProof(listener: () => void): void {
    this.proofs.push(listener);
  }

  private async askOn(): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      await (this.bus.isConnected ? this.ask() : this.knock());
      await wait(PERIOD_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async ask(): Promise<void> {
    const askedAtMs = this.clock.nowMs();
    const answer = this.bus.flush().then(
      () => true,
      () => false,
    );
    const tooLate = wait(ANSWER_LIMIT_MS, false, { signal: this.ending.signal });
    if (!(await Promise.race([answer, tooLate.catch(() => false)]))) return;
    this.contact.proven(askedAtMs, this.clock.nowMs());
    for (const listener of this.proofs) listener();
  }

  private async knock(): Promise<void> {
    const triedAtMs = this.clock.nowMs();
    if (!(await this.bus.isRefused(ANSWER_LIMIT_MS))) return;
    this.contact.refused(triedAtMs, this.clock.nowMs());
  }
}
