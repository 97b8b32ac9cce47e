/** Passwords: the hash, and the row by which better-auth lets somebody in with one. */
import { randomUUID } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/** Argon2id, with the parameters that OWASP recommends (19 MiB, 2 passes, 1 lane). */
export function hashPassword(password: string): Promise<string> {
  return hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
}

export function isPassword(password: string, storedHash: string): Promise<boolean> {
  return verify(storedHash, password);
}

export interface PasswordAccount {
  id: string;
  accountId: string;
  providerId: 'credential';
  password: string;
}

/** To be created with its user. */
export async function passwordAccount(userId: string, password: string): Promise<PasswordAccount> {
  const passwordHash = await hashPassword(password);
  return {
    id: randomUUID(),
    accountId: userId,
    providerId: 'credential',
    password: passwordHash,
  };
}
