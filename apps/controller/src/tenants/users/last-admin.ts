import { FailureException } from '../../common/failure-exception.pure.js';
import type { Transaction } from '../../infra/prisma.service.js';

/**
 * Makes a change under the accounts' lock, and throws `conflict` (which undoes it) when it leaves
 * nobody who can administer: no admin who is active, in a team that is.
 */
export async function keepingAnAdmin<T>(tx: Transaction, change: () => Promise<T>): Promise<T> {
  const before = await activeAdmins(tx);
  const changed = await change();
  if (before === 0 || (await activeAdmins(tx)) > 0) return changed;
  throw new FailureException({
    code: 'conflict',
    message: 'This is the last admin who is active. Make somebody else an admin first.',
  });
}

function activeAdmins(tx: Transaction): Promise<number> {
  return tx.user.count({
    where: { role: 'admin', disabledAt: null, team: { disabledAt: null } },
  });
}
