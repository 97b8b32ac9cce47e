/** One controller's keys, their management and their verification, with what they stand on. */
import { connectBus, type Bus } from '@corral/bus';
import { createKeySchema, type CreatedKey, type CreateKey } from '@corral/contracts/http';
import { ApiKeysRepository } from '../api-keys/api-keys.repository.js';
import { ApiKeysService } from '../api-keys/api-keys.service.js';
import { KeyOwnersService } from '../api-keys/key-owners.service.js';
import { KeyVerificationService } from '../api-keys/key-verification.service.js';
import { StoredKeysRepository } from '../api-keys/stored-keys.repository.js';
import { AuditService } from '../audit/audit.service.js';
import { SYSTEM, type Principal } from '../common/principal.pure.js';
import { PrismaService } from '../infra/prisma.service.js';
import { DrivenClock } from './driven-clock.js';
import type { TestServers } from './test-servers.js';

export class KeyDesk {
  readonly clock = new DrivenClock();
  readonly keys: ApiKeysService;
  readonly verification: KeyVerificationService;

  private constructor(
    readonly prisma: PrismaService,
    readonly bus: Bus,
  ) {
    const repository = new ApiKeysRepository(prisma);
    this.verification = new KeyVerificationService(
      new StoredKeysRepository(prisma),
      bus,
      this.clock,
    );
    this.keys = new ApiKeysService(
      repository,
      new KeyOwnersService(repository),
      this.verification,
      new AuditService(prisma),
      bus,
      this.clock,
    );
  }

  static async open(servers: TestServers): Promise<KeyDesk> {
    const bus = await connectBus({ servers: servers.nats.url, name: 'spec' });
    const desk = new KeyDesk(new PrismaService(servers.config()), bus);
    desk.verification.onModuleInit();
    await bus.flush();
    return desk;
  }

  /** A key that never expires, unless it is said; of the default team, unless somebody asks. */
  create(wanted: Partial<CreateKey> = {}, asker: Principal = SYSTEM): Promise<CreatedKey> {
    const body = createKeySchema.parse({ name: 'a key', expiresInDays: null, ...wanted });
    return this.keys.create(asker, body);
  }

  async isRefused(apiKey: string): Promise<boolean> {
    return this.verification.authenticate(apiKey).then(
      () => false,
      () => true,
    );
  }

  async close(): Promise<void> {
    await this.verification.onApplicationShutdown();
    await this.prisma.onApplicationShutdown();
    await this.bus.close();
  }
}
