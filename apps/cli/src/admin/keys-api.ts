import {
  apiKeyViewSchema,
  createdKeySchema,
  type ApiKeyView,
  type CreatedKey,
  type createKeySchema,
  type rotateKeySchema,
} from '@corral/contracts/http';
import { z } from 'zod';
import type { AdminConnection } from './admin-connection.js';

export class KeysApi {
  constructor(private readonly connection: AdminConnection) {}

  list(): Promise<ApiKeyView[]> {
    return this.connection.list('/keys', apiKeyViewSchema);
  }

  create(body: z.input<typeof createKeySchema>): Promise<CreatedKey> {
    return this.connection.call('POST', '/keys', createdKeySchema, { body });
  }

  rotate(id: string, body: z.input<typeof rotateKeySchema>): Promise<CreatedKey> {
    const path = `/keys/${encodeURIComponent(id)}/rotate`;
    return this.connection.call('POST', path, createdKeySchema, { body });
  }

  async revoke(id: string): Promise<void> {
    await this.connection.call('DELETE', `/keys/${encodeURIComponent(id)}`, z.unknown());
  }
}
