import {
  rolloutViewSchema,
  startedRolloutSchema,
  type RolloutView,
  type StartedRollout,
  type startRolloutSchema,
} from '@corral/contracts/http';
import type { z } from 'zod';
import type { AdminConnection } from './admin-connection.js';
import { withQuery } from './path.js';

export class RolloutsApi {
  constructor(private readonly connection: AdminConnection) {}

  /** Newest first. */
  list(deployment: string): Promise<RolloutView[]> {
    return this.connection.list(withQuery('/rollouts', { deployment }), rolloutViewSchema);
  }

  view(id: string): Promise<RolloutView> {
    return this.connection.call('GET', `/rollouts/${encodeURIComponent(id)}`, rolloutViewSchema);
  }

  start(body: z.input<typeof startRolloutSchema>): Promise<StartedRollout> {
    return this.connection.call('POST', '/rollouts', startedRolloutSchema, { body });
  }

  act(id: string, action: 'pause' | 'resume' | 'promote' | 'rollback'): Promise<RolloutView> {
    const path = `/rollouts/${encodeURIComponent(id)}/${action}`;
    return this.connection.call('POST', path, rolloutViewSchema);
  }
}
