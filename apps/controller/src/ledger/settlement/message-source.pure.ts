/**
 * Who may say what to the ledger. Workers may publish on the subjects of orphaned streams alone, so
 * what comes there is taken for nothing else: a machine that fell into wrong hands must not be able
 * to write bills. Pure.
 */
import { USAGE_REQUESTS_SUBJECT, usageOrphansSubject, type UsageMessage } from '@corral/contracts';

/** Opened and settled requests come from controllers; an orphaned stream from the node it names. */
export function mayCome(message: UsageMessage, subject: string): boolean {
  if (message.kind !== 'orphaned') return subject === USAGE_REQUESTS_SUBJECT;
  return subject === usageOrphansSubject(message.nodeId);
}
