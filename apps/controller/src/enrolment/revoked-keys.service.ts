/**
 * Makes NATS refuse the keys of revoked nodes. Every controller tries again and again until it does:
 * the server may be away when a node is revoked, or come back without what it had.
 */
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Bus, revokeUsers, type BusSubscription } from '@corral/bus';
import { CHANGES_SUBJECT, changeSchema } from '@corral/contracts';
import { NatsAccess } from '../infra/nats-access.js';
import { EnrolledNodesRepository } from './enrolled-nodes.repository.js';

const LOOK_INTERVAL_MS = 10_000;

@Injectable()
export class RevokedKeys implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(RevokedKeys.name);
  /** Keys that the NATS server is known to refuse. */
  private refusedKeys = new Set<string>();
  private timer: NodeJS.Timeout | null = null;
  private subscription: BusSubscription | null = null;

  constructor(
    private readonly enrolled: EnrolledNodesRepository,
    private readonly nats: NatsAccess,
    private readonly bus: Bus,
  ) {}

  async onModuleInit(): Promise<void> {
    this.subscription = this.bus.subscribe(CHANGES_SUBJECT, changeSchema, ({ what }) => {
      if (what === 'node_revocations') void this.look();
    });
    this.bus.onStatus((status) => {
      if (status === 'connected') this.refusedKeys.clear();
    });
    this.timer = setInterval(() => void this.look(), LOOK_INTERVAL_MS);
    await this.look();
  }

  onModuleDestroy(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.subscription?.unsubscribe();
  }

  /** A node has just been revoked. True when NATS refuses every revoked key by now. */
  async announce(): Promise<boolean> {
    const isCutOff = await this.look();
    try {
      this.bus.publish(CHANGES_SUBJECT, changeSchema, { what: 'node_revocations' });
    } catch (fault) {
      this.logger.warn(`the other controllers hear later of a revoked node: ${String(fault)}`);
    }
    return isCutOff;
  }

  private async look(): Promise<boolean> {
    try {
      const revoked = await this.enrolled.revoked();
      const keys = revoked.flatMap(({ publicKey }) => publicKey ?? []);
      if (keys.some((key) => !this.refusedKeys.has(key))) await this.shutOut();
      return true;
    } catch (fault) {
      this.logger.warn(`revoked nodes could not be seen to: ${String(fault)}`);
      return false;
    }
  }

  private async shutOut(): Promise<void> {
    const { authority, login } = this.nats;
    if (authority === null) throw new Error('NATS_AUTHORITY_FILE is not set');
    await this.enrolled.withRevokedKeys(async (keys) => {
      await revokeUsers(authority, login, keys);
      this.refusedKeys = new Set(keys);
    });
  }
}
