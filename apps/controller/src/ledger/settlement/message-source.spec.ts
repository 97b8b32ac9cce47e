import { USAGE_REQUESTS_SUBJECT, usageOrphansSubject, type UsageMessage } from '@corral/contracts';
import {
  openedRequest,
  orphanedGeneration,
  settledRequest,
} from '../../testing/settled-requests.js';
import { mayCome } from './message-source.pure.js';

const OF_NODE = usageOrphansSubject('gpu-1');

describe('the ledger takes', () => {
  const opened: UsageMessage = { kind: 'opened', ...openedRequest() };
  const settled: UsageMessage = { kind: 'settled', ...settledRequest() };
  const orphaned: UsageMessage = { kind: 'orphaned', ...orphanedGeneration({ nodeId: 'gpu-1' }) };

  it('requests from controllers, and not from workers', () => {
    for (const message of [opened, settled]) {
      expect(mayCome(message, USAGE_REQUESTS_SUBJECT)).toBe(true);
      expect(mayCome(message, OF_NODE)).toBe(false);
    }
  });

  it('orphaned streams from the node that had them', () => {
    expect(mayCome(orphaned, OF_NODE)).toBe(true);
    expect(mayCome(orphaned, usageOrphansSubject('gpu-2'))).toBe(false);
    expect(mayCome(orphaned, USAGE_REQUESTS_SUBJECT)).toBe(false);
  });
});
