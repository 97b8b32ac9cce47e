import { Command } from 'commander';
import { AdminServer, TOKEN } from '../../testing/admin-server.js';
import { node, overview } from '../../testing/views.js';
import { addNodeRevoke } from './revoke.js';

describe('corral nodes revoke', () => {
  it('asks for the node that is named, and says when its connection is not cut yet', async () => {
    const server = await AdminServer.start();
    server.answer('GET /overview', overview([node()]));
    const revoked = {
      id: node().id,
      name: node().name,
      revokedAt: '2026-11-25T08:00:00.000Z',
      cutOff: false,
    };
    server.answer(`POST /nodes/${node().id}/revoke`, revoked);
    const nodes = new Command('nodes');
    addNodeRevoke(nodes);
    const said: string[] = [];
    const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = (text: string | Uint8Array) => said.push(String(text)) > 0;
    const where = ['--url', server.url, '--token', TOKEN];
    await nodes
      .parseAsync(['node', 'corral', 'revoke', node().name, ...where])
      .finally(() => (process.stdout.write = write));
    await server.stop();

    expect(server.changes.map(({ path }) => path)).toEqual([`/nodes/${node().id}/revoke`]);
    expect(said.join('')).toContain('as soon as it does');
  });
});
