/** A node as the admin API shows it. Pure. */
import type { NodeView } from '@corral/contracts/http';
import { builtInLabels } from './registry/built-in-labels.pure.js';
import type { NodeSettings, StoredNode } from './node-settings.pure.js';
import type { ObservedNode } from './registry/observed-node.pure.js';

/** Of a node that is heard of. */
export function viewOf(observed: ObservedNode, stored: StoredNode | null): NodeView {
  const { heartbeat, state, silentMs, settings } = observed;
  const { name, yielding, yieldingReason } = heartbeat;
  const reason = yielding ? (yieldingReason ?? 'other use of the machine') : null;
  return {
    ...settingsView(settings),
    id: heartbeat.nodeId,
    name,
    state,
    silentMs,
    version: heartbeat.version,
    platform: heartbeat.platform,
    devices: heartbeat.devices,
    replicas: heartbeat.replicas,
    models: heartbeat.models,
    builtInLabels: builtInLabels(heartbeat),
    yielding,
    assignedReplicas: stored?.assignedReplicas ?? 0,
    problems: problemsOf(name, { state, settings, yieldsTo: reason }),
  };
}

/** Of a node that has not been heard of since this controller started. */
export function viewOfSilent(id: string, stored: StoredNode): NodeView {
  const { name, settings, assignedReplicas } = stored;
  return {
    ...settingsView(settings),
    id,
    name,
    state: 'lost',
    silentMs: null,
    version: null,
    platform: null,
    devices: [],
    replicas: [],
    models: [],
    builtInLabels: {},
    yielding: false,
    assignedReplicas,
    problems: problemsOf(name, { state: 'lost', settings, yieldsTo: null }),
  };
}

function settingsView(settings: NodeSettings) {
  const { labels, cordonedAt, drainedAt, revokedAt, polite } = settings;
  return {
    labels,
    cordonedAt: cordonedAt?.toISOString() ?? null,
    drainedAt: drainedAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
    polite,
  };
}

/** A drained node may be switched off and a revoked one is silent: neither is anything wrong. */
function problemsOf(name: string, { state, settings, yieldsTo }: NodeCondition): string[] {
  const { drainedAt, revokedAt } = settings;
  if (drainedAt !== null || revokedAt !== null) return [];
  if (state === 'lost') return [`Node ${name} is lost: nothing has been heard of it.`];
  if (state === 'suspect') return [`Node ${name} has not reported for some seconds.`];
  return yieldsTo === null ? [] : [`Node ${name} gives way to ${yieldsTo}.`];
}

interface NodeCondition {
  state: NodeView['state'];
  settings: NodeSettings;
  /** Null: it does not give way. */
  yieldsTo: string | null;
}
