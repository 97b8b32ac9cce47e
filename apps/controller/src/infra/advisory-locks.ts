/**
 * What happens on one controller at a time, in the whole cluster, by PostgreSQL's advisory locks:
 * here, so that no two are the same by accident. A number never changes, since controllers of
 * neighbouring versions run side by side.
 */
import type { Transaction } from './prisma.service.js';

const LOCKS = {
  /** Who leads; held by a connection and not by a transaction. 7_243_801 is the migrations'. */
  leader: 7_243_802,
  firstAdmin: 7_243_803,
  /** Also in the SQL function quota_take. */
  ledger: 7_243_804,
  /** Teams, people, invitations: "there is always an admin" is about many rows at once. */
  accounts: 7_243_805,
  /** Names and aliases of all of them are one space. */
  deployments: 7_243_811,
  revocation: 7_243_812,
  enrolment: 7_243_813,
} as const;

export const LEADER_LOCK = LOCKS.leader;

/** Waits its turn; held until the transaction ends. */
export async function lock(tx: Transaction, what: Exclude<keyof typeof LOCKS, 'leader'>) {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${LOCKS[what]})`;
}
