import {
  createdJoinTokenSchema,
  joinTokenViewSchema,
  revokedNodeSchema,
  type CreatedJoinToken,
  type createJoinTokenSchema,
  type JoinTokenView,
  type RevokedNode,
} from '@corral/contracts/http';
import { z } from 'zod';
import type { AdminConnection } from './admin-connection.js';

export class EnrolmentApi {
  constructor(private readonly connection: AdminConnection) {}

  tokens(): Promise<JoinTokenView[]> {
    return this.connection.list('/join-tokens', joinTokenViewSchema);
  }

  createToken(body: z.input<typeof createJoinTokenSchema>): Promise<CreatedJoinToken> {
    return this.connection.call('POST', '/join-tokens', createdJoinTokenSchema, { body });
  }

  async deleteToken(id: string): Promise<void> {
    await this.connection.call('DELETE', `/join-tokens/${encodeURIComponent(id)}`, z.unknown());
  }

  revokeNode(id: string): Promise<RevokedNode> {
    const path = `/nodes/${encodeURIComponent(id)}/revoke`;
    return this.connection.call('POST', path, revokedNodeSchema);
  }
}
