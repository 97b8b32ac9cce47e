import { overviewSchema, type Overview } from '@corral/contracts/http';
import { callApi } from '../../../lib/api-client';
import { openEventSourceStream } from '../../../lib/event-source-stream';
import type { LiveFeedPorts } from '../../../lib/live-feed';

const PATH = '/admin/v1/overview';
const STREAM = { path: '/admin/v1/events', event: 'overview', schema: overviewSchema };

/** The cluster as it is now, from the controller that serves this page. */
export const overviewPorts: LiveFeedPorts<Overview> = {
  fetchValue: (signal) => callApi({ path: PATH, schema: overviewSchema, signal }),
  openStream: (listener) => openEventSourceStream(STREAM, listener),
  schedule: (delayMs, run) => {
    const timer = window.setTimeout(run, delayMs);
    return () => window.clearTimeout(timer);
  },
  random: Math.random,
};
