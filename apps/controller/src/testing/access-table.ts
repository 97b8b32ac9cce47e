/** Every route there is, by who may call it. A new route has to be entered here. */
import type { KeyScope, Role } from '@corral/contracts/http';

/** As `accessText` writes it, roles in the order of `ROLES`. */
export const ACCESS_TABLE = {
  // Anybody.
  public: [
    'POST /admin/v1/invitations/accept',
    'GET /admin/v1/sign-in-options',
    // Its own secret: a join token.
    'POST /join/v1',
    'GET /admin/v1/sign-in/oidc',
    // Its own list: auth/sign-in.controller.ts.
    'ALL /api/auth/*',
    // Its own rule: a pass that a controller gave to a node.
    'GET /internal/v1/models/:digest',
    'GET /health/live',
    'GET /health/ready',
    // Its own rule: this machine, or the metrics token.
    'GET /metrics',
  ],
  // API keys alone, with any scope.
  api_key: ['GET /v1/key'],
  'api_key:generate': ['POST /v1/chat/completions', 'POST /v1/completions'],
  'api_key:models': ['GET /v1/models', 'GET /v1/models/*'],
  admin: [
    'POST /admin/v1/apply',
    'GET /admin/v1/audit',
    'PUT /admin/v1/costs/nodes/:nodeId',
    'POST /admin/v1/costs/prices',
    'PUT /admin/v1/costs/references/*',
    'POST /admin/v1/deployments',
    'DELETE /admin/v1/deployments/*',
    'PATCH /admin/v1/deployments/*',
    'DELETE /admin/v1/models/:digest',
    'POST /admin/v1/models/import',
    'DELETE /admin/v1/nodes/:id',
    'PATCH /admin/v1/nodes/:id',
    'POST /admin/v1/nodes/:id/cordon',
    'POST /admin/v1/nodes/:id/drain',
    'POST /admin/v1/nodes/:id/uncordon',
    'POST /admin/v1/nodes/:id/undrain',
    'POST /admin/v1/nodes/brake/release',
    'GET /admin/v1/join-tokens',
    'POST /admin/v1/join-tokens',
    'DELETE /admin/v1/join-tokens/:id',
    'POST /admin/v1/nodes/:id/revoke',
    'PATCH /admin/v1/organisation',
    'POST /admin/v1/placement/plan',
    'POST /admin/v1/rollouts',
    'POST /admin/v1/rollouts/:id/pause',
    'POST /admin/v1/rollouts/:id/promote',
    'POST /admin/v1/rollouts/:id/resume',
    'POST /admin/v1/rollouts/:id/rollback',
    'POST /admin/v1/teams',
    'DELETE /admin/v1/teams/:id',
    'PATCH /admin/v1/teams/:id',
    'POST /admin/v1/usage/rebuild',
  ],
  // What a lead manages, in the own team.
  'admin,lead': [
    'GET /admin/v1/invitations',
    'POST /admin/v1/invitations',
    'DELETE /admin/v1/invitations/:id',
    'PATCH /admin/v1/quotas/:kind/:id',
    'PATCH /admin/v1/users/:id',
    'DELETE /admin/v1/users/:id/sessions',
  ],
  // How the machines are, and what they cost.
  'admin,viewer': [
    'GET /admin/v1/costs/nodes',
    'GET /admin/v1/events',
    'GET /admin/v1/generations',
    'GET /admin/v1/models',
    'GET /admin/v1/nodes',
    'GET /admin/v1/nodes/:id',
    'GET /admin/v1/overview',
    'GET /admin/v1/usage/check',
  ],
  'admin,lead,viewer': ['GET /admin/v1/costs/statements/:month'],
  // Keys: of everybody, of the team, the own ones.
  'admin,lead,developer': [
    'GET /admin/v1/keys',
    'POST /admin/v1/keys',
    'DELETE /admin/v1/keys/:id',
    'GET /admin/v1/keys/:id',
    'POST /admin/v1/keys/:id/rotate',
  ],
  // Each sees what is theirs to see.
  'admin,lead,developer,viewer': [
    'GET /admin/v1/costs',
    'GET /admin/v1/costs/prices',
    'GET /admin/v1/costs/references',
    'GET /admin/v1/costs/what-if',
    'GET /admin/v1/deployments',
    'GET /admin/v1/deployments/*',
    'GET /admin/v1/me',
    'GET /admin/v1/organisation',
    'GET /admin/v1/quotas',
    'GET /admin/v1/quotas/:kind/:id',
    'GET /admin/v1/requests',
    'GET /admin/v1/revisions/*',
    'GET /admin/v1/rollouts',
    'GET /admin/v1/rollouts/:id',
    'GET /admin/v1/sessions',
    'DELETE /admin/v1/sessions/:id',
    'GET /admin/v1/teams',
    'GET /admin/v1/teams/:id',
    'GET /admin/v1/usage',
    'GET /admin/v1/usage/export',
    'GET /admin/v1/users',
    'GET /admin/v1/users/:id',
  ],
} as const satisfies Record<string, readonly string[]>;

/** A line of the table, ready to be asked: its parameters are filled with what is not there. */
export interface TableRoute {
  line: string;
  access: string;
  method: string;
  path: string;
}

export const TABLE_ROUTES: TableRoute[] = Object.entries(ACCESS_TABLE).flatMap(([access, lines]) =>
  lines.map((line) => {
    const [method = '', path = ''] = line.split(' ');
    return { line, access, method, path: path.replace('*', 'x').replaceAll(/:\w+/g, 'x') };
  }),
);

/** Null: it is not for people. */
export function rolesOf({ access }: TableRoute): Role[] | null {
  if (access === 'public' || access.startsWith('api_key')) return null;
  return access.split(',') as Role[];
}

/** Null: any scope does. */
export function scopeOf({ access }: TableRoute): KeyScope | null {
  return (access.split(':')[1] as KeyScope | undefined) ?? null;
}
