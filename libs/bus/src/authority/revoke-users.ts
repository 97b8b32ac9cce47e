/**
 * Shuts users out of a NATS server in operator mode: the account is signed anew with their keys on
 * its list of revocations, and pushed to the server over the system account. The server then cuts
 * their connections and keeps the account on its disk, for its next start too.
 */
import { decode, type Account } from '@nats-io/jwt';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { natsConnectionOptions } from '../nats-login.js';
import { accountJwtOf, subjectOf, type NatsAuthority } from './nats-authority.js';
import { issueSystemCreds } from './user-credentials.js';

const TIMEOUT_MS = 3_000;

const updateAnswerSchema = z.object({
  data: z.object({ code: z.int() }).optional(),
  error: z.object({ description: z.string() }).optional(),
});

export interface NatsPlace {
  /** `nats://host:port`, several separated by commas. */
  servers: string;
  ca?: string | undefined;
}

/**
 * Resolves when the server refuses every one of the keys. Revocations that it has already stay, and
 * nothing is pushed where all are there. Two of these must not run at the same time, since each
 * pushes the whole list. Throws when the server is away or takes no new accounts.
 */
export async function revokeUsers(
  authority: NatsAuthority,
  { servers, ca }: NatsPlace,
  publicKeys: readonly string[],
): Promise<void> {
  const connection = await connect({
    ...natsConnectionOptions({ servers, creds: await issueSystemCreds(authority), ca }),
    name: 'corral-revocations',
    timeout: TIMEOUT_MS,
    reconnect: false,
  });
  try {
    const before = await revocationsAt(connection, subjectOf(authority.accountJwt));
    const added = publicKeys.filter((key) => before[key] === undefined);
    if (added.length === 0) return;
    const nowS = Math.floor(Date.now() / 1000);
    const revocations = { ...before, ...Object.fromEntries(added.map((key) => [key, nowS])) };
    await push(connection, await accountJwtOf(authority, revocations));
  } finally {
    await connection.close();
  }
}

async function revocationsAt(
  connection: NatsConnection,
  account: string,
): Promise<Record<string, number>> {
  const subject = `$SYS.REQ.ACCOUNT.${account}.CLAIMS.LOOKUP`;
  const answer = (await connection.request(subject, '', { timeout: TIMEOUT_MS })).string();
  return answer === '' ? {} : (decode<Account>(answer).nats.revocations ?? {});
}

async function push(connection: NatsConnection, jwt: string): Promise<void> {
  const message = await connection.request('$SYS.REQ.CLAIMS.UPDATE', jwt, { timeout: TIMEOUT_MS });
  const { data, error } = updateAnswerSchema.parse(message.json());
  if (data?.code === 200) return;
  throw new Error(
    `the NATS server took no new account: ${error?.description ?? 'no reason given'}`,
  );
}
