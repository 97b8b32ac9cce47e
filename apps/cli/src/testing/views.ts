/** What the admin API shows, with values of which a spec changes some. */
import {
  deploymentViewSchema,
  rolloutStrategySchema,
  type ApiKeyView,
  type DeploymentView,
  type NodeView,
  type RolloutView,
  type TeamView,
  type UsageSums,
  type UserView,
} from '@corral/contracts/http';

const CREATED_AT = '2026-11-01T08:00:00.000Z';

export function team(change: Partial<TeamView> = {}): TeamView {
  return {
    id: 't-1',
    name: 'research',
    createdAt: CREATED_AT,
    disabledAt: null,
    users: 2,
    keys: 3,
    ...change,
  };
}

export function user(change: Partial<UserView> = {}): UserView {
  return {
    id: 'u-1',
    email: 'ada@example.com',
    name: 'Ada',
    role: 'developer',
    teamId: 't-1',
    teamName: 'research',
    createdAt: CREATED_AT,
    disabledAt: null,
    lastSignInAt: null,
    ...change,
  };
}

export function key(change: Partial<ApiKeyView> = {}): ApiKeyView {
  return {
    id: 'k-1',
    name: 'ci',
    teamId: 't-1',
    teamName: 'research',
    userId: null,
    userEmail: null,
    scopes: ['generate', 'models'],
    publicId: '3f8c2a1b',
    lastFour: 'wxyz',
    createdAt: CREATED_AT,
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
    overlapping: [],
    ...change,
  };
}

export function node(change: Partial<NodeView> = {}): NodeView {
  return {
    id: 'n-1',
    name: 'gpu-1',
    state: 'ready',
    silentMs: 100,
    version: '1.2.3',
    platform: null,
    devices: [],
    replicas: [],
    models: [],
    labels: {},
    builtInLabels: {},
    cordonedAt: null,
    drainedAt: null,
    revokedAt: null,
    polite: false,
    yielding: false,
    assignedReplicas: 0,
    problems: [],
    ...change,
  };
}

export function sums(change: Partial<UsageSums> = {}): UsageSums {
  return {
    requests: 1_200,
    failed: 3,
    cancelled: 2,
    promptTokens: 1_000_000,
    cachedTokens: 250_000,
    completionTokens: 80_000,
    reasoningTokens: 0,
    wastedTokens: 0,
    deviceMs: 3_600_000,
    localMicrodollars: 1_500_000,
    energyMicrodollars: 90_000,
    comparedRequests: 1_000,
    comparedMicrodollars: 1_400_000,
    cloudMicrodollars: 4_000_000,
    avoidedMicrodollars: 2_600_000,
    ...change,
  };
}

/** From revision 1 to 2 of `coder`, half way. */
export function rollout(change: Partial<RolloutView> = {}): RolloutView {
  return {
    id: 'o-1',
    deployment: 'coder',
    fromRevision: 1,
    toRevision: 2,
    state: 'progressing',
    strategy: rolloutStrategySchema.parse({}),
    step: 0,
    weight: 0,
    reason: null,
    replicas: { desired: 2, fromReady: 2, toReady: 1 },
    createdAt: CREATED_AT,
    endedAt: null,
    events: [{ at: '2026-11-01T08:00:01.000Z', message: 'It begins.' }],
    ...change,
  };
}

/** GET /overview with these nodes. */
export function overview(nodes: NodeView[]): object {
  return {
    status: 'ready',
    problems: [],
    version: '1.2.3',
    nodes,
    deployments: [],
    rates: {
      requestsPerSecond: 0,
      tokensPerSecond: 0,
      running: 0,
      waiting: 0,
      ttftP50Ms: null,
    },
  };
}

export function deployment(change: Partial<DeploymentView> = {}): DeploymentView {
  return deploymentViewSchema.parse({
    id: 'd-1',
    name: 'coder',
    modelDigest: 'ab'.repeat(32),
    modelName: 'coder.gguf',
    revision: 1,
    spec: {},
    desiredReplicas: 1,
    readyReplicas: 1,
    state: 'ready',
    failure: null,
    progress: null,
    contextTokens: 8_192,
    slots: 4,
    activeSlots: 0,
    queued: 0,
    createdAt: CREATED_AT,
    ...change,
  });
}
