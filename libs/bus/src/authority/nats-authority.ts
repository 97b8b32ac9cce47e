/**
 * What decides who gets into a NATS server in operator mode: the keys of the operator, of its system
 * account, and of the one account that Corral lives in. Made once for a cluster; the server knows
 * the public halves only. Whoever has it can let anybody in, so it is a file of mode 0600 that
 * controllers alone read.
 *
 * There are no signing keys beside the identities: a controller has to sign accounts (to revoke) and
 * users (to enrol), so a stolen file would be worth the same.
 */
import { decode, encodeAccount, encodeOperator } from '@nats-io/jwt';
import { createAccount, createOperator, fromSeed } from '@nats-io/nkeys';
import { z } from 'zod';

const seed = (kind: string) => z.string().regex(new RegExp(`^S${kind}[A-Z2-7]{56}$`));
const jwt = z.string().startsWith('eyJ');

const natsAuthoritySchema = z.object({
  operatorJwt: jwt,
  systemJwt: jwt,
  /** As it was made: without revocations. */
  accountJwt: jwt,
  operatorSeed: seed('O'),
  systemSeed: seed('A'),
  accountSeed: seed('A'),
});
export type NatsAuthority = z.infer<typeof natsAuthoritySchema>;

/** Bounds of JetStream for all of Corral, in bytes; the ledger's queue takes 1 GB at most. */
export const JETSTREAM_MEMORY_BYTES = 67_108_864;
export const JETSTREAM_DISK_BYTES = 4_294_967_296;

const UNLIMITED = {
  subs: -1,
  data: -1,
  payload: -1,
  imports: -1,
  exports: -1,
  wildcards: true,
  conn: -1,
  leaf: -1,
};

/** New keys. */
export async function makeNatsAuthority(): Promise<NatsAuthority> {
  const [operator, system, account] = [createOperator(), createAccount(), createAccount()];
  const seedOf = (key: { getSeed(): Uint8Array }): string => Buffer.from(key.getSeed()).toString();
  const seeds = {
    operatorSeed: seedOf(operator),
    systemSeed: seedOf(system),
    accountSeed: seedOf(account),
  };
  return {
    operatorJwt: await encodeOperator('Corral', operator, {
      system_account: system.getPublicKey(),
    }),
    systemJwt: await encodeAccount('SYS', system, { limits: UNLIMITED }, { signer: operator }),
    accountJwt: await accountJwtOf(seeds, {}),
    ...seeds,
  };
}

/** Throws when the text is no authority; the message holds none of it. */
export function parseNatsAuthority(text: string): NatsAuthority {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error('it is not JSON');
  }
  const parsed = natsAuthoritySchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new Error(`it lacks ${parsed.error.issues.map(({ path }) => path.join('.')).join(', ')}`);
}

/**
 * The account as a server is to know it.
 * @param revocations by public user key, the second (Unix time) up to which its JWTs are refused
 */
export function accountJwtOf(
  { accountSeed, operatorSeed }: Pick<NatsAuthority, 'accountSeed' | 'operatorSeed'>,
  revocations: Readonly<Record<string, number>>,
): Promise<string> {
  const limits = {
    ...UNLIMITED,
    mem_storage: JETSTREAM_MEMORY_BYTES,
    disk_storage: JETSTREAM_DISK_BYTES,
    streams: -1,
    consumer: -1,
  };
  const signer = fromSeed(Buffer.from(operatorSeed));
  const account = fromSeed(Buffer.from(accountSeed));
  return encodeAccount('CORRAL', account, { limits, revocations }, { signer });
}

/** The public key that a JWT is about. */
export function subjectOf(token: string): string {
  return decode(token).sub;
}
