/** When keys were last used: kept in memory and saved now and then, so that no request waits. */
import { Logger } from '@nestjs/common';
import type { StoredKeysRepository } from './stored-keys.repository.js';

export class KeyUses {
  private readonly logger = new Logger(KeyUses.name);
  private readonly lastUses = new Map<string, Date>();

  constructor(private readonly store: Pick<StoredKeysRepository, 'saveLastUse'>) {}

  note(keyId: string, at: Date): void {
    this.lastUses.set(keyId, at);
  }

  /** What cannot be saved is lost: the next use says more. */
  async flush(): Promise<void> {
    const uses = [...this.lastUses];
    this.lastUses.clear();
    try {
      for (const [keyId, at] of uses) await this.store.saveLastUse(keyId, at);
    } catch (error) {
      this.logger.warn(`last use of keys was not saved: ${String(error)}`);
    }
  }
}
