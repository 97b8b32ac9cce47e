import { setTimeout } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createPrisma, type PrismaClient } from '@corral/database';
import { Config } from '../config/config.js';

/** For SQL that is put together from parts. */
export { Prisma } from '@corral/database';

/** For the question whether it is there at all. */
const ANSWER_TIMEOUT_MS = 2_000;

/** The client inside an interactive transaction. */
export type Transaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];

/** The database. Nothing on the way of a public request may wait for it. */
@Injectable()
export class PrismaService implements OnApplicationShutdown {
  readonly client: PrismaClient;

  constructor(config: Config) {
    this.client = createPrisma(config.databaseUrl);
  }

  /** True when it answers now. */
  async isReachable(): Promise<boolean> {
    const answer = this.client.$queryRaw`SELECT 1`.then(
      () => true,
      () => false,
    );
    return Promise.race([answer, setTimeout(ANSWER_TIMEOUT_MS, false, { ref: false })]);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.client.$disconnect();
  }
}
