/**
 * Until 0.1 the embedded NATS server had users with passwords in one nameless account. What was on
 * its way into the ledger lies in that account's folder; now there is an account with a key, which
 * takes it over before the server starts.
 */
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { subjectOf, type NatsAuthority } from '@corral/bus';

/** How nats-server calls the account of those who have none. */
const NAMELESS = '$G';

/** @param storeDir as in the server's configuration; it makes a folder of its own in it */
export function adoptStreams(storeDir: string, { accountJwt }: NatsAuthority): void {
  const before = join(storeDir, 'jetstream', NAMELESS);
  const after = join(storeDir, 'jetstream', subjectOf(accountJwt));
  if (existsSync(before) && !existsSync(after)) renameSync(before, after);
}
