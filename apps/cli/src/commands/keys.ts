import { InvalidArgumentError, type Command } from 'commander';
import type { ApiKeyView } from '@corral/contracts/http';
import { CliError, EXIT } from '../cli-error.js';
import type { ClientFlags } from '../config/client-config.js';
import { table } from '../output/table.js';
import { adminClient, print, withClientOptions } from './command-context.js';

type Flags = ClientFlags & { json?: boolean };

const EXAMPLES = `
Examples:
  corral keys create laptop
  corral keys create ci --expires never
  corral keys list
  corral keys revoke 3f8c2a1b`;

/** `never`, or a whole number of days. */
function expiry(text: string): number | null {
  if (text === 'never') return null;
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= 3650) return days;
  throw new InvalidArgumentError('It is a number of days from 1 to 3650, or "never".');
}

export function addKeys(program: Command): void {
  const keys = program
    .command('keys')
    .description('create, list and revoke API keys')
    .addHelpText('after', EXAMPLES);

  withClientOptions(keys.command('create <name>'))
    .description('create a key; it is shown this once')
    .option('--expires <days>', 'days until it expires, or "never"', expiry, 90)
    .action(async (name: string, flags: Flags & { expires: number | null }) => {
      const key = await adminClient(flags).createKey({ name, expiresInDays: flags.expires });
      const until = key.expiresAt === null ? 'never expires' : `expires ${key.expiresAt}`;
      print(flags.json, key, `${key.apiKey}\nShown this once; ${until}.`);
    });

  withClientOptions(keys.command('list'))
    .description('list all keys')
    .action(async (flags: Flags) => {
      const all = await adminClient(flags).keys();
      print(flags.json, all, keyTable(all));
    });

  withClientOptions(keys.command('revoke <id>'))
    .description('refuse a key from now on; by id or public id, as the list shows them')
    .action(async (id: string, flags: Flags) => {
      const client = adminClient(flags);
      const key = keyNamed(await client.keys(), id);
      await client.revokeKey(key.id);
      print(flags.json, { revoked: key.id }, `Revoked ${key.name} (${key.publicId}).`);
    });
}

function keyNamed(keys: ApiKeyView[], id: string): ApiKeyView {
  const found = keys.find((key) => key.id === id || key.publicId === id);
  if (found !== undefined) return found;
  throw new CliError(`There is no key ${id}.`, EXIT.refused, '`corral keys list` shows all.');
}

function keyTable(keys: ApiKeyView[]): string {
  return table(
    ['ID', 'NAME', 'ENDS WITH', 'STATE', 'EXPIRES', 'LAST USED'],
    keys.map((key) => [
      key.publicId,
      key.name,
      key.lastFour,
      key.revokedAt === null ? 'active' : `revoked ${key.revokedAt}`,
      key.expiresAt ?? 'never',
      key.lastUsedAt ?? 'never',
    ]),
    'No keys. `corral keys create NAME` makes one.',
  );
}
