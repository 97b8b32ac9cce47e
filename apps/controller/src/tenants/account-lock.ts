/**
 * Changes of teams, people and invitations come one after the other, on all controllers: rules such
 * as "there is always an admin" are about many rows at once. Such changes are rare and short.
 */
import type { Transaction } from '../infra/prisma.service.js';

/** Any number that nothing else in this database uses. */
const ACCOUNTS_LOCK = 7_243_804;

/** Held until the transaction ends. */
export async function lockAccounts(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${ACCOUNTS_LOCK})`;
}
