/**
 * How the controller and the worker of `corral up` get into NATS. Where Corral has the keys, each
 * gets credentials of its own, the worker's made anew at each start; where an administrator gave a
 * login, both use that.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { credsText, issueWorkerJwt, newUserKey, type NatsAuthority } from '@corral/bus';
import { nodeIdSchema } from '@corral/contracts';
import type { UpConfig } from '../config/up-config.js';
import type { WorkerConfig } from '../config/worker-config.js';
import { readNatsAuthority } from '../nats/nats-authority-file.js';
import type { Home } from '../home/home.js';
import { readFileIfAny, writePrivateFile } from '../home/private-file.js';

/** Settings by their names; undefined ones are not given. */
export type NatsEnvironment = Record<string, string | undefined>;

export interface NatsLogins {
  controllerNats: NatsEnvironment;
  workerNats: NatsEnvironment;
}

interface IssuingNats {
  natsUrl: string;
  /** Where machines that join find it; absent: at the same address. */
  joiningUrl?: string;
  authorityFile: string;
  caFile?: string | undefined;
}

/** On a server that the authority is for. */
export async function issuedLogins(
  home: Home,
  authority: NatsAuthority,
  { natsUrl, joiningUrl, authorityFile, caFile }: IssuingNats,
): Promise<NatsLogins> {
  const { publicKey, seed } = newUserKey();
  const credsFile = join(home.secretsDir, 'nats-worker.creds');
  const jwt = await issueWorkerJwt(authority, localNodeId(home), publicKey);
  writePrivateFile(credsFile, credsText(jwt, seed));
  return {
    controllerNats: {
      NATS_URL: natsUrl,
      NATS_AUTHORITY_FILE: authorityFile,
      NATS_CA_FILE: caFile,
      CORRAL_WORKER_NATS_URL: joiningUrl,
    },
    workerNats: {
      CORRAL_NATS_URL: natsUrl,
      CORRAL_NATS_CREDS_FILE: credsFile,
      CORRAL_NATS_CA_FILE: caFile,
    },
  };
}

/** On a server of the user's own. Throws {@link CliError} when its authority cannot be used. */
export async function givenLogins(
  home: Home,
  config: UpConfig & { natsUrl: string },
): Promise<NatsLogins> {
  const { natsUrl, natsUser, natsPassword, natsCredsFile } = config;
  const { natsAuthorityFile: authorityFile, natsCaFile: caFile } = config;
  if (authorityFile !== undefined) {
    const authority = readNatsAuthority(authorityFile);
    return issuedLogins(home, authority, { natsUrl, authorityFile, caFile });
  }
  return {
    controllerNats: {
      NATS_URL: natsUrl,
      NATS_USER: natsUser,
      NATS_PASSWORD: natsPassword,
      NATS_CREDS_FILE: natsCredsFile,
      NATS_CA_FILE: caFile,
    },
    workerNats: workerNats({ natsUrl, natsUser, natsPassword, natsCredsFile, natsCaFile: caFile }),
  };
}

/** As `corral worker` was told; all undefined: what the machine got when it joined. */
export function workerNats(
  config: Pick<
    WorkerConfig,
    'natsUrl' | 'natsUser' | 'natsPassword' | 'natsCredsFile' | 'natsCaFile'
  >,
): NatsEnvironment {
  return {
    CORRAL_NATS_URL: config.natsUrl,
    CORRAL_NATS_USER: config.natsUser,
    CORRAL_NATS_PASSWORD: config.natsPassword,
    CORRAL_NATS_CREDS_FILE: config.natsCredsFile,
    CORRAL_NATS_CA_FILE: config.natsCaFile,
  };
}

/** The worker makes its id at its first start; its credentials are for that id, and needed before. */
function localNodeId(home: Home): string {
  const dir = join(home.path, 'worker');
  const file = join(dir, 'node-id');
  const kept = nodeIdSchema.safeParse(readFileIfAny(file)?.trim());
  if (kept.success) return kept.data;
  const minted = `node-${randomBytes(8).toString('hex')}`;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writePrivateFile(file, `${minted}\n`);
  return minted;
}
