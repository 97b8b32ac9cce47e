import type { Command } from 'commander';
import type { ApiKeyView } from '@corral/contracts/http';
import { keyNamed, teamNamed } from '../../admin/named.js';
import { formatDay, formatMinute } from '../../output/figures.js';
import { table } from '../../output/table.js';
import { adminClient, print, withClientOptions, type Flags } from '../command-context.js';
import { addKeyCreate, addKeyRotate } from './new-keys.js';

const EXAMPLES = `
Examples:
  corral keys create laptop
  corral keys create ci --service --team research --expires never --tokens-per-day 2m
  corral keys create ada-laptop --user ada@example.com --allow-model qwen3-coder
  corral keys rotate ci --overlap 7d
  corral keys revoke 3f8c2a1b

A key is named by its id as the list shows it, or by its name where only one key has it.`;

export function addKeys(program: Command): void {
  const keys = program
    .command('keys')
    .description('create, list, rotate and revoke API keys')
    .addHelpText('after', EXAMPLES);

  addKeyCreate(keys);

  withClientOptions(keys.command('list'))
    .description('list all keys')
    .option('--team <team>', 'of one team, by name or id')
    .action(async (flags: Flags & { team?: string }) => {
      const client = adminClient(flags);
      const team =
        flags.team === undefined ? undefined : teamNamed(await client.accounts.teams(), flags.team);
      const all = await client.keys.list();
      const shown = team === undefined ? all : all.filter(({ teamId }) => teamId === team.id);
      print(flags.json, shown, keyTable(shown, Date.now()));
    });

  addKeyRotate(keys);

  withClientOptions(keys.command('revoke <key>'))
    .description('refuse a key from now on')
    .action(async (text: string, flags: Flags) => {
      const client = adminClient(flags);
      const key = keyNamed(await client.keys.list(), text);
      await client.keys.revoke(key.id);
      print(flags.json, { revoked: key.id }, `Revoked ${key.name} (${key.publicId}).`);
    });
}

/** @param nowMs wall time, for what has expired */
export function keyTable(keys: ApiKeyView[], nowMs: number): string {
  return table(
    ['ID', 'NAME', 'OWNER', 'TEAM', 'ENDS WITH', 'STATE', 'EXPIRES', 'LAST USED'],
    keys.map((key) => [
      key.publicId,
      key.name,
      key.userEmail ?? 'service',
      key.teamName,
      key.lastFour,
      stateOf(key, nowMs),
      key.expiresAt === null ? 'never' : formatDay(key.expiresAt),
      key.lastUsedAt === null ? 'never' : formatMinute(key.lastUsedAt),
    ]),
    'No keys. `corral keys create NAME` makes one.',
  );
}

function stateOf(key: ApiKeyView, nowMs: number): string {
  if (key.revokedAt !== null) return `revoked ${formatDay(key.revokedAt)}`;
  if (key.expiresAt !== null && Date.parse(key.expiresAt) <= nowMs) return 'expired';
  const [old] = key.overlapping;
  return old === undefined
    ? 'active'
    : `active, ${old.publicId} until ${formatMinute(old.expiresAt)}`;
}
