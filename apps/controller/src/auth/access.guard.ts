/**
 * Enforces what each route declares (common/access.decorator.ts), and says who asks. API keys open
 * the public API and nothing else; sessions and the admin token open the admin API and nothing else.
 */
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { KeyScope, Role } from '@corral/contracts/http';
import type { FastifyRequest } from 'fastify';
import type { KeyedRequest } from '../api-keys/authenticated-key.js';
import { KeyVerificationService } from '../api-keys/key-verification.service.js';
import { ACCESS_METADATA, type Access } from '../common/access.decorator.js';
import type { SignedInRequest } from '../common/current-principal.decorator.js';
import { FailureException } from '../common/failure-exception.pure.js';
import type { Principal } from '../common/principal.pure.js';
import { sameText } from '../common/same-text.js';
import { Config } from '../config/config.js';
import { SignInService } from './sign-in/sign-in.service.js';
import { webHeadersOf } from './web-request.js';

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly keys: KeyVerificationService,
    private readonly signIn: SignInService,
    private readonly config: Config,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // Messages from the bus come from our own processes; NATS has checked who they are.
    if (context.getType() !== 'http') return true;
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS_METADATA, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access === undefined) {
      throw new Error(`${context.getClass().name} has a route that declares no access`);
    }
    const request = context.switchToHttp().getRequest<KeyedRequest & SignedInRequest>();
    if (access.kind === 'api_key') await this.admitKey(request, access.scope);
    if (access.kind === 'role') await this.admitPerson(request, access.roles);
    return true;
  }

  /** Cookies and the admin token count for nothing here. */
  private async admitKey(request: KeyedRequest, scope: KeyScope | null): Promise<void> {
    const key = await this.keys.authenticate(keyOf(request));
    if (scope !== null && !key.scopes.includes(scope)) {
      throw forbidden(
        `The key '${key.name}' lacks the scope '${scope}', which this needs. Use or make one that has it.`,
      );
    }
    request.apiKey = key;
  }

  private async admitPerson(request: SignedInRequest, roles: readonly Role[]): Promise<void> {
    const principal = await this.principalOf(request);
    if (!roles.includes(principal.role)) {
      throw forbidden(
        `This is for the roles ${roles.join(', ')}, and ${principal.email ?? 'the asker'} is a ${principal.role}.`,
      );
    }
    request.principal = principal;
  }

  private async principalOf(request: FastifyRequest): Promise<Principal> {
    const from = { requestId: request.id, address: request.ip };
    const token = bearerOf(request);
    if (token !== null) {
      if (this.config.adminToken === null || !sameText(token, this.config.adminToken)) {
        throw unknown(
          'The admin token is not valid. It is in secrets/admin-token of the data folder.',
        );
      }
      return { ...ADMIN_TOKEN_HOLDER, ...from };
    }
    if (!READS.has(request.method) && !isSameOrigin(request)) {
      throw forbidden('Changes are only taken from the console itself, or with the admin token.');
    }
    const session = await this.signIn.sessionOf(webHeadersOf(request));
    if (session === null) {
      throw unknown('Sign in first, or send the admin token as a bearer token.');
    }
    const { userId, email, role, teamId, sessionId } = session;
    return { kind: 'user', userId, email, role, teamId, sessionId, ...from };
  }
}

/** An admin without a name. */
const ADMIN_TOKEN_HOLDER = {
  kind: 'admin_token',
  userId: null,
  email: null,
  role: 'admin',
  teamId: null,
  sessionId: null,
} as const;

function unknown(message: string): FailureException {
  return new FailureException({ code: 'invalid_api_key', message });
}

function forbidden(message: string): FailureException {
  return new FailureException({ code: 'permission_denied', message });
}

/** OpenAI's clients send a bearer token, Anthropic's a header of their own. */
function keyOf(request: FastifyRequest): string | null {
  const header = request.headers['x-api-key'];
  return bearerOf(request) ?? (typeof header === 'string' && header !== '' ? header : null);
}

function bearerOf({ headers }: FastifyRequest): string | null {
  const match = /^Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '');
  return match?.[1] ?? null;
}

/** Browsers send Origin with every write; a page elsewhere cannot forge it. */
function isSameOrigin(request: FastifyRequest): boolean {
  const { origin } = request.headers;
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === request.host;
}
