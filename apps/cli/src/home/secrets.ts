/** Passwords and tokens between Corral's own processes: generated once, kept with mode 0600. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readFileIfAny, writePrivateFile } from './private-file.js';

const SECRET_BYTES = 32;

export interface Secrets {
  databasePassword: string;
  /** The command line's access to the admin API. */
  adminToken: string;
  /** Signs the console's sessions. */
  authSecret: string;
}

/** What lets this Corral's own controllers and workers into its NATS server. */
export function natsAuthorityFile(secretsDir: string): string {
  return join(secretsDir, 'nats-authority.json');
}

export function adminTokenFile(secretsDir: string): string {
  return join(secretsDir, 'admin-token');
}

/** Reads the secrets of a data folder, and makes those that are missing. */
export function openSecrets(
  secretsDir: string,
  random: () => string = () => randomBytes(SECRET_BYTES).toString('base64url'),
): Secrets {
  const secret = (file: string): string => {
    const kept = readFileIfAny(file)?.trim();
    if (kept) return kept;
    const made = random();
    writePrivateFile(file, `${made}\n`);
    return made;
  };
  return {
    databasePassword: secret(join(secretsDir, 'database-password')),
    adminToken: secret(adminTokenFile(secretsDir)),
    authSecret: secret(join(secretsDir, 'auth-secret')),
  };
}
