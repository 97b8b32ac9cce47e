import type { Heartbeat, Labels } from '@corral/contracts';
import type { NodeSettings } from '../node-settings.pure.js';
import type { NodeState } from './node-state.pure.js';

/** A node as one controller last heard it, with what admins want of it. */
export interface ObservedNode {
  heartbeat: Heartbeat;
  state: NodeState;
  /** Since the last heartbeat arrived. */
  silentMs: number;
  settings: NodeSettings;
  /** Those of admins, and those worked out from what it reports. */
  labels: Labels;
}
