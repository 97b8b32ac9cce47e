import { placementSchema, replicaSpecSchema, type ObservedReplica } from '@corral/contracts';
import { MODEL_DIGEST } from '../testing/heartbeats.js';
import { deploymentViewOf } from './deployment-view.pure.js';
import type { StoredDeployment } from './desired-state.pure.js';

const FAILURE = { code: 'model_unavailable' as const, message: 'needs 9 GiB' };
const DEPLOYMENT: StoredDeployment = {
  id: 'd',
  name: 'm',
  aliases: [],
  desiredReplicas: 2,
  minReplicas: null,
  maxReplicas: null,
  idleTimeoutS: null,
  unloadedAt: null,
  pinnedNodeId: null,
  placement: placementSchema.parse({}),
  createdAt: new Date(0),
  revision: {
    id: 'r',
    number: 1,
    modelDigest: MODEL_DIGEST,
    modelName: 'tiny.gguf',
    spec: replicaSpecSchema.parse({ slots: 4 }),
  },
  rollout: null,
};

function replica(change: Partial<ObservedReplica>): ObservedReplica {
  return {
    replicaId: 'x',
    deployment: 'm',
    revisionId: 'r',
    modelDigest: MODEL_DIGEST,
    state: 'ready',
    progress: null,
    failure: null,
    retryInMs: null,
    restarts: 0,
    slots: 4,
    activeSlots: 1,
    queued: 2,
    contextTokens: 1_024,
    memoryBytes: 0,
    enginePid: null,
    engineApi: null,
    threads: null,
    stats: null,
    ...change,
  };
}
const view = (replicas: ObservedReplica[], reason: string | null = null) =>
  deploymentViewOf(DEPLOYMENT, replicas, reason);

describe('a deployment’s view', () => {
  it('is ready with one replica that is, and adds up those that are', () => {
    const loading = replica({ state: 'loading', progress: 0.5 });
    expect(view([loading, replica({}), replica({})])).toMatchObject({
      state: 'ready',
      readyReplicas: 2,
      slots: 8,
      activeSlots: 2,
      queued: 4,
      contextTokens: 1_024,
      progress: null,
    });
  });

  it('shows the replica that is nearest to ready', () => {
    const replicas = [
      replica({ state: 'failed', failure: FAILURE }),
      replica({ state: 'fetching', progress: 0.9 }),
      replica({ state: 'loading', progress: 0.2 }),
    ];
    expect(view(replicas)).toMatchObject({ state: 'loading', progress: 0.2, failure: null });
  });

  it('has failed when every replica has, and says why', () => {
    const failed = replica({ state: 'failed', failure: FAILURE });
    expect(view([failed])).toMatchObject({ state: 'failed', failure: FAILURE, slots: 0 });
  });

  it('is pending before any replica, with the reason where there is one', () => {
    expect(view([])).toMatchObject({ state: 'pending', failure: null, contextTokens: null });
    expect(view([], 'no room')).toMatchObject({ failure: { message: 'no room' } });
  });

  it('is unloaded from the moment that this is decided, and that is no failure', () => {
    const unloaded = { ...DEPLOYMENT, unloadedAt: new Date() };
    const { state, failure } = deploymentViewOf(unloaded, [replica({ state: 'ready' })], null);
    expect({ state, failure }).toEqual({ state: 'unloaded', failure: null });
  });

  it('says what to do when an admin wants none of it', () => {
    const { failure } = deploymentViewOf({ ...DEPLOYMENT, desiredReplicas: 0 }, [], null);
    expect(failure?.message).toBe("It is to have no replicas. 'corral scale m 1' loads one.");
  });
});
