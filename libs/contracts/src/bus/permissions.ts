/**
 * Who may say and hear what on NATS, in the subjects of subjects.ts. A worker says what it observes
 * and what it generated, and hears what is meant for it; it can neither command another, nor read
 * its replies, nor write into its streams or any other line of the ledger. JetStream's confirmations
 * come to its own inbox. Pure.
 */
import {
  ALL_CONTROLLERS_ALIVE,
  controllerSubject,
  nodeSubject,
  SUBJECT_ROOT,
  usageOrphansSubject,
} from './subjects.js';

export interface NatsPermissions {
  /** Subjects, wildcards allowed. */
  publish: string[];
  subscribe: string[];
}

const WORKER_INBOXES = '_INBOX_worker';

/** Prefix of a worker's reply inbox: apart from the controllers' and from every other worker's. */
export function workerInbox(nodeId: string): string {
  return `${WORKER_INBOXES}.${nodeId}`;
}

/** Besides these, whoever asked a worker something may be answered, once. `*`: of every node. */
export function workerPermissions(nodeId: string): NatsPermissions {
  return {
    publish: [
      nodeSubject('heartbeat', nodeId),
      controllerSubject.frames('*', nodeId),
      usageOrphansSubject(nodeId),
    ],
    subscribe: [
      // Credentials live longer than a version: whatever a later one sends to this node is heard too.
      `${SUBJECT_ROOT}.node.${nodeId}.*`,
      `${SUBJECT_ROOT}.w.${nodeId}.*`,
      ALL_CONTROLLERS_ALIVE,
      `${workerInbox(nodeId)}.>`,
    ],
  };
}

/** All of Corral's subjects, the streams that controllers keep, and answers to workers. */
export const CONTROLLER_PERMISSIONS: NatsPermissions = {
  publish: [`${SUBJECT_ROOT}.>`, '$JS.>', '_INBOX.>', `${WORKER_INBOXES}.>`],
  subscribe: [`${SUBJECT_ROOT}.>`, '_INBOX.>'],
};
