/** The reading end of the ledger's queue, as a controller opens it. */
import type { Bus } from '@corral/bus';
import { ALL_USAGE, USAGE_STREAM, usageMessageSchema, type UsageMessage } from '@corral/contracts';

/** Makes the queue where it is not there yet; what comes is added to the list, in its order. */
export async function readLedger(bus: Bus): Promise<UsageMessage[]> {
  const read: UsageMessage[] = [];
  const queue = await bus.workQueue(usageMessageSchema, {
    stream: USAGE_STREAM,
    subjects: [ALL_USAGE],
    consumer: 'spec',
    maxBytes: 1_000_000,
    dedupeMs: 120_000,
  });
  await queue.consume((batch) => {
    read.push(...batch);
    return Promise.resolve();
  });
  return read;
}
