import { replicaSpecSchema } from '@corral/contracts';
import { heartbeatOf, MODEL_DIGEST, storedModel } from '../testing/heartbeats.js';
import { observedReplica } from '../testing/test-worker.js';
import { PLAIN_SETTINGS } from '../nodes/node-settings.pure.js';
import { candidateOf, deviceKindOf, placedReplicaOf } from './candidate-of.pure.js';

const assignment = {
  replicaId: 'r',
  deployment: 'm',
  revisionId: 'v1',
  modelDigest: MODEL_DIGEST,
  spec: replicaSpecSchema.parse({}),
  deviceIds: [],
};

const PLAIN = { state: 'ready', silentMs: 0, settings: PLAIN_SETTINGS, labels: {} } as const;

describe('a node as placement sees it', () => {
  it('has the files that are complete, and no others', () => {
    const models = [storedModel(), storedModel({ digest: 'c'.repeat(64), state: 'importing' })];
    const heartbeat = heartbeatOf('a', { models });
    const { modelBytes } = candidateOf({ ...PLAIN, heartbeat });
    expect([...modelBytes]).toEqual([[MODEL_DIGEST, 1_000]]);
  });

  it('takes nothing while it is silent or about to leave, and is lost only when it is', () => {
    const seen = (state: 'ready' | 'suspect' | 'lost', draining = false) => {
      const heartbeat = heartbeatOf('a', { draining });
      const node = candidateOf({ ...PLAIN, heartbeat, state, silentMs: 9 });
      return [node.isReady, node.lostForMs];
    };
    expect(seen('ready')).toEqual([true, null]);
    expect(seen('ready', true)).toEqual([false, null]);
    expect(seen('suspect')).toEqual([false, null]);
    expect(seen('lost')).toEqual([false, 9]);
  });
});

describe('a replica as placement sees it', () => {
  it('holds its memory when it is ready or drains, and answers when it is ready', () => {
    const replica = { ...assignment, nodeId: 'a', reserved: [] };
    const seen = (state: Parameters<typeof observedReplica>[1] | null) => {
      const observed = state === null ? undefined : observedReplica(assignment, state);
      const { isLoaded, isReady } = placedReplicaOf(replica, observed, null);
      return [isLoaded, isReady];
    };
    expect(seen('ready')).toEqual([true, true]);
    expect(seen('draining')).toEqual([true, false]);
    for (const state of ['assigned', 'loading', 'warming', 'failed', null] as const) {
      expect(seen(state)).toEqual([false, false]);
    }
  });

  it('is on the kind of its GPUs, whatever it keeps beside them', () => {
    expect(deviceKindOf(['cpu', 'cuda1', 'cuda0'])).toBe('cuda');
    expect(deviceKindOf(['cpu'])).toBe('cpu');
    expect(deviceKindOf([])).toBeNull();
  });
});
