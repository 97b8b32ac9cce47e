/** Credentials of NATS users: a key pair, and a JWT by which an account lets it in. */
import { encodeUser, fmtCreds } from '@nats-io/jwt';
import { createUser, fromPublic, fromSeed } from '@nats-io/nkeys';
import { CONTROLLER_PERMISSIONS, workerPermissions, type NatsPermissions } from '@corral/contracts';
import type { NatsAuthority } from './nats-authority.js';

export interface UserKey {
  publicKey: string;
  /** The secret half; never sent anywhere. */
  seed: string;
}

export function newUserKey(): UserKey {
  const pair = createUser();
  return { publicKey: pair.getPublicKey(), seed: Buffer.from(pair.getSeed()).toString() };
}

/** The pair of a seed that was kept. Throws when it is none. */
export function userKeyOf(seed: string): UserKey {
  return { publicKey: fromSeed(Buffer.from(seed)).getPublicKey(), seed };
}

/** Whether its checksum is right, too. */
export function isUserPublicKey(text: string): boolean {
  try {
    return text.startsWith('U') && fromPublic(text).getPublicKey() === text;
  } catch {
    return false;
  }
}

/** Answers to a request (a tokenize of a long prompt) may take this long. */
const ANSWER_LIMIT_NS = 600e9;

/** For the worker of one node, by its public key. It does not expire; it can be revoked. */
export function issueWorkerJwt(
  { accountSeed }: NatsAuthority,
  nodeId: string,
  publicKey: string,
): Promise<string> {
  return encodeUser(nodeId, fromPublic(publicKey), fromSeed(Buffer.from(accountSeed)), {
    ...rights(workerPermissions(nodeId)),
    resp: { max: 1, ttl: ANSWER_LIMIT_NS },
  });
}

/** Credentials for a controller, made anew for each of its runs. */
export async function issueControllerCreds({ accountSeed }: NatsAuthority): Promise<string> {
  const { publicKey, seed } = newUserKey();
  const account = fromSeed(Buffer.from(accountSeed));
  const jwt = await encodeUser(
    'controller',
    fromPublic(publicKey),
    account,
    rights(CONTROLLER_PERMISSIONS),
  );
  return credsText(jwt, seed);
}

/** For the few questions that revoking asks the server itself. */
export async function issueSystemCreds({ systemSeed }: NatsAuthority): Promise<string> {
  const { publicKey, seed } = newUserKey();
  const jwt = await encodeUser(
    'corral-revocations',
    fromPublic(publicKey),
    fromSeed(Buffer.from(systemSeed)),
    rights({
      publish: ['$SYS.REQ.CLAIMS.UPDATE', '$SYS.REQ.ACCOUNT.*.CLAIMS.LOOKUP'],
      subscribe: ['_INBOX.>'],
    }),
  );
  return credsText(jwt, seed);
}

/** As a `.creds` file holds them. */
export function credsText(jwt: string, seed: string): string {
  return Buffer.from(fmtCreds(jwt, fromSeed(Buffer.from(seed)))).toString();
}

function rights({ publish, subscribe }: NatsPermissions) {
  return { pub: { allow: publish }, sub: { allow: subscribe } };
}
