/** The commands of `corral keys` that show a key, which happens once. */
import { Option, type Command } from 'commander';
import type { CreatedKey, KeyScope } from '@corral/contracts/http';
import type { AdminClient } from '../../admin/admin-client.js';
import { keyNamed, teamNamed, userNamed } from '../../admin/named.js';
import { expiryDays, NEVER, overlapHours } from '../../arguments/moment.js';
import { scopeList } from '../../arguments/scopes.js';
import { formatMinute } from '../../output/figures.js';
import { adminClient, print, withClientOptions, type Flags } from '../command-context.js';
import { limitsOf, withLimitOptions, type LimitFlags } from '../quota/limit-options.js';

type Expiry = number | typeof NEVER;

interface CreateFlags extends Flags, LimitFlags {
  expires: Expiry;
  team?: string;
  user?: string;
  service?: true;
  scopes?: KeyScope[];
}

type RotateFlags = Flags & { overlap: number; expires?: Expiry };

export function addKeyCreate(keys: Command): void {
  const create = withClientOptions(keys.command('create <name>'))
    .description('create a key; it is shown this once')
    .option('--expires <days>', 'days until it expires, or "never"', expiryDays, 90)
    .option('--team <team>', "its team, by name or id (default: the owner's, or the default team)")
    .option('--user <user>', "whose key it is, by e-mail or id (default: nobody's: a service key)")
    .addOption(new Option('--service', 'a service key, which belongs to a team').conflicts('user'))
    .option('--scopes <scopes>', 'what it opens: generate, models (default: both)', scopeList);
  withLimitOptions(create).action(createKey);
}

export function addKeyRotate(keys: Command): void {
  withClientOptions(keys.command('rotate <key>'))
    .description('give a key a new secret; it is shown this once')
    .option('--overlap <time>', 'how long the old one still works: 24h, 7d, 0', overlapHours, 24)
    .option('--expires <days>', 'days until the new one expires, or "never"', expiryDays)
    .action(rotateKey);
}

async function createKey(name: string, flags: CreateFlags): Promise<void> {
  const client = adminClient(flags);
  const key = await client.keys.create({
    name,
    expiresInDays: daysOf(flags.expires),
    ...(await ownerOf(client, flags)),
    ...(flags.scopes === undefined ? {} : { scopes: flags.scopes }),
    limits: limitsOf(flags),
  });
  print(flags.json, key, `${key.apiKey}\n${noteOn(key)}`);
}

/** The names of team and person as ids; what was not named is left to the controller. */
async function ownerOf(
  { accounts }: AdminClient,
  { team, user, service }: CreateFlags,
): Promise<{ teamId?: string; userId?: string | null }> {
  return {
    ...(team === undefined ? {} : { teamId: teamNamed(await accounts.teams(), team).id }),
    ...(user === undefined ? {} : { userId: userNamed(await accounts.users(), user).id }),
    ...(service ? { userId: null } : {}),
  };
}

async function rotateKey(text: string, flags: RotateFlags): Promise<void> {
  const { keys } = adminClient(flags);
  const { id } = keyNamed(await keys.list(), text);
  const key = await keys.rotate(id, {
    overlapHours: flags.overlap,
    expiresInDays: flags.expires && daysOf(flags.expires),
  });
  const old = key.overlapping.map(
    (secret) => `\nThe old one (${secret.publicId}) works until ${formatMinute(secret.expiresAt)}.`,
  );
  const ends = old.length === 0 ? '\nThe old one is refused from now on.' : old.join('');
  print(flags.json, key, `${key.apiKey}\n${noteOn(key)}${ends}`);
}

function noteOn(key: CreatedKey): string {
  const owner = key.userEmail === null ? 'a service key' : `key of ${key.userEmail}`;
  const until = key.expiresAt === null ? 'never expires' : `expires ${key.expiresAt}`;
  return `Shown this once; ${owner} in team ${key.teamName}; ${until}.`;
}

function daysOf(expiry: Expiry): number | null {
  return expiry === NEVER ? null : expiry;
}
