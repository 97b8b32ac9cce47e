import type { NodeState } from '@corral/contracts/http';
import { PLAIN_SETTINGS } from './node-settings.pure.js';
import { refusalToRemove } from './removal.pure.js';

const at = new Date('2026-01-01T00:00:00Z');

describe('removing a node', () => {
  type Kind = 'drained' | 'revoked' | 'enrolled' | 'plain';
  it.each<[NodeState, Kind, number, RegExp | null]>([
    ['lost', 'plain', 2, null],
    ['ready', 'plain', 0, /is alive\. Drain it first \(corral nodes drain gpu-1 --wait\)/],
    ['suspect', 'plain', 0, /is alive/],
    ['joining', 'plain', 0, /is alive/],
    ['ready', 'drained', 0, null],
    ['ready', 'drained', 1, /still has a replica:/],
    ['ready', 'drained', 2, /still has 2 replicas:/],
    ['lost', 'revoked', 0, /stays known, so that its credentials stay refused/],
    ['lost', 'enrolled', 0, /Revoke them.*corral nodes revoke gpu-1/],
  ])('that is %s and %s, with %i replicas', (state, kind, assignedReplicas, refusal) => {
    const settings = {
      ...PLAIN_SETTINGS,
      drainedAt: kind === 'drained' ? at : null,
      revokedAt: kind === 'revoked' ? at : null,
    };
    const isEnrolled = kind === 'enrolled';
    const node = { name: 'gpu-1', settings, assignedReplicas, isEnrolled };
    const said = refusalToRemove(node, state, false);
    if (refusal === null) expect(said).toBeNull();
    else expect(said).toMatch(refusal);
    const isForced = kind === 'drained' || kind === 'plain';
    expect(refusalToRemove(node, state, true) === null).toBe(isForced);
  });
});
