import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createPrisma, type PrismaClient } from '@corral/database';
import { Config } from '../config/config.js';

/** The database. Nothing on the way of a public request may wait for it. */
@Injectable()
export class PrismaService implements OnApplicationShutdown {
  readonly client: PrismaClient;

  constructor(config: Config) {
    this.client = createPrisma(config.databaseUrl);
  }

  /** True when it answers now. */
  async isReachable(): Promise<boolean> {
    try {
      await this.client.$queryRaw`SELECT 1`;
      return true;
    } catch {
      return false;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.client.$disconnect();
  }
}
