/** Nodes. `node` is an id, or a name that only one node has: the controller finds it. */
import {
  confirmedLostSchema,
  nodeViewSchema,
  type ConfirmedLost,
  type NodeView,
  type UpdateNode,
} from '@corral/contracts/http';
import { z } from 'zod';
import type { AdminConnection } from './admin-connection.js';
import { withQuery } from './path.js';

export type NodeOrder = 'cordon' | 'uncordon' | 'drain' | 'undrain';

export class NodesApi {
  constructor(private readonly connection: AdminConnection) {}

  list(): Promise<NodeView[]> {
    return this.connection.list('/nodes', nodeViewSchema);
  }

  get(node: string): Promise<NodeView> {
    return this.connection.call('GET', pathOf(node), nodeViewSchema);
  }

  update(node: string, body: UpdateNode): Promise<NodeView> {
    return this.connection.call('PATCH', pathOf(node), nodeViewSchema, { body });
  }

  order(node: string, order: NodeOrder): Promise<NodeView> {
    return this.connection.call('POST', `${pathOf(node)}/${order}`, nodeViewSchema);
  }

  async remove(node: string, force: boolean): Promise<void> {
    const path = withQuery(pathOf(node), { force: force ? 'true' : undefined });
    await this.connection.call('DELETE', path, z.unknown());
  }

  confirmLost(): Promise<ConfirmedLost> {
    return this.connection.call('POST', '/nodes/brake/release', confirmedLostSchema);
  }
}

function pathOf(node: string): string {
  return `/nodes/${encodeURIComponent(node)}`;
}
