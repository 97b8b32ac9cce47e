/** Every NATS subject, so that permissions can be read off one page. See docs/architecture.md. */
export const SUBJECT_ROOT = 'corral';

/** Control plane: Nest's NATS transport, JSON. `{id}` is filled in by {@link nodeSubject}. */
export const NODE_SUBJECTS = {
  heartbeat: 'corral.node.{id}.heartbeat',
  assign: 'corral.node.{id}.assign',
  op: 'corral.node.{id}.op',
} as const;

export function nodeSubject(kind: keyof typeof NODE_SUBJECTS, nodeId: string): string {
  return NODE_SUBJECTS[kind].replace('{id}', nodeId);
}

/** All nodes' heartbeats, for controllers. */
export const ALL_HEARTBEATS = nodeSubject('heartbeat', '*');

/** Data plane: raw NATS, JSON, callback subscriptions. */
export const workerSubject = {
  generate: (nodeId: string): string => `corral.w.${nodeId}.generate`,
  cancel: (nodeId: string): string => `corral.w.${nodeId}.cancel`,
  resend: (nodeId: string): string => `corral.w.${nodeId}.resend`,
} as const;

export const controllerSubject = {
  /** One worker's frames, so that its credentials let it write into no other's streams. */
  frames: (controllerId: string, nodeId: string): string =>
    `corral.c.${controllerId}.frames.${nodeId}`,
  /** Where workers of 0.1 send theirs. */
  unnamedFrames: (controllerId: string): string => `corral.c.${controllerId}.frames`,
  /** One a second while the controller lives; workers drop the attempts of a silent one. */
  alive: (controllerId: string): string => `corral.c.${controllerId}.alive`,
} as const;

/** All controllers' signs of life, for workers. */
export const ALL_CONTROLLERS_ALIVE = controllerSubject.alive('*');

/** What is asked of each controller, for the others. */
export const loadSubject = (controllerId: string): string => `corral.load.${controllerId}`;
export const ALL_LOADS = loadSubject('*');

/** Facts that every controller caches and must hear of at once (a key was revoked, …). */
export const CHANGES_SUBJECT = 'corral.changes';

/** The ledger's JetStream work queue; a subject for each kind of writer, so that rights can be narrow. */
export const USAGE_STREAM = 'CORRAL_USAGE';
export const ALL_USAGE = 'corral.usage.>';
/** From controllers: opened and settled requests. */
export const USAGE_REQUESTS_SUBJECT = 'corral.usage.requests';
/** From a worker: generations whose controller fell silent. */
export const usageOrphansSubject = (nodeId: string): string => `corral.usage.orphans.${nodeId}`;

/** How far open requests have come: the latest word of each controller about each node, and no older. */
export const PROGRESS_STREAM = 'CORRAL_PROGRESS';
export const ALL_PROGRESS = 'corral.progress.>';
/** From a controller: its streams whose latest attempt is or was on the node. */
export const progressSubject = (controllerId: string, nodeId: string): string =>
  `corral.progress.${controllerId}.${nodeId}`;
/** Of one controller, over all nodes. */
export const progressOf = (controllerId: string): string => progressSubject(controllerId, '*');
