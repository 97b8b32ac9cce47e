/**
 * Changes of deployments come one after the other, on all controllers: names and aliases of all of
 * them are one space. Such changes are rare and short.
 */
import type { Transaction } from '../infra/prisma.service.js';

/** Any number that nothing else in this database uses. */
const DEPLOYMENTS_LOCK = 7_243_811;

/** Held until the transaction ends. */
export async function lockDeployments(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${DEPLOYMENTS_LOCK})`;
}
