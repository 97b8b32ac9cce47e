import type { Command } from 'commander';
import { nodeNamed } from '../../admin/named.js';
import { adminClient, print, withClientOptions, type Flags } from '../command-context.js';

/** @param nodes the command `corral nodes` */
export function addNodeRevoke(nodes: Command): void {
  withClientOptions(nodes.command('revoke <node>'))
    .description('shut a machine out: its credentials are refused from now on')
    .action(async (text: string, flags: Flags) => {
      const client = adminClient(flags);
      const { nodes: known } = await client.overview();
      const revoked = await client.enrolment.revokeNode(nodeNamed(known, text).id);
      print(
        flags.json,
        revoked,
        revoked.cutOff
          ? `Revoked ${revoked.name} (${revoked.id}). Its connection is cut.`
          : `Revoked ${revoked.name} (${revoked.id}). NATS does not answer; its connection is cut as soon as it does.`,
      );
    });
}
