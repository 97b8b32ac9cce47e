/**
 * Enforces what each route declares (common/access.decorator.ts). API keys open the public API and
 * nothing else; sessions and the admin token open the admin API and nothing else.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { ApiKeysService } from '../api-keys/api-keys.service.js';
import type { KeyedRequest } from '../api-keys/authenticated-key.js';
import { ACCESS_METADATA, type Access } from '../common/access.decorator.js';
import { FailureException } from '../common/failure.exception.js';
import { Config } from '../config/config.js';
import { SignInService } from './sign-in.service.js';
import { webHeadersOf } from './web-request.js';

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly keys: ApiKeysService,
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
    const request = context.switchToHttp().getRequest<KeyedRequest>();
    if (access === 'public') return true;
    if (access === 'api_key') {
      request.apiKey = await this.keys.authenticate(keyOf(request));
      return true;
    }
    if (access === 'admin') return this.admitAdmin(request);
    throw new Error(`${context.getClass().name} has a route that declares no access`);
  }

  private async admitAdmin(request: FastifyRequest): Promise<boolean> {
    const token = bearerOf(request);
    if (token !== null) {
      if (this.config.adminToken !== null && sameText(token, this.config.adminToken)) return true;
      throw refusal(
        'The admin token is not valid. It is in secrets/admin-token of the data folder.',
      );
    }
    if (!READS.has(request.method) && !isSameOrigin(request)) {
      throw new FailureException({
        code: 'permission_denied',
        message: 'Changes are only taken from the console itself, or with the admin token.',
      });
    }
    const session = await this.signIn.sessionOf(webHeadersOf(request));
    if (session === null)
      throw refusal('Sign in first, or send the admin token as a bearer token.');
    if (session.role === 'admin') return true;
    throw new FailureException({
      code: 'permission_denied',
      message: `Only admins may do this, and ${session.email} is a ${session.role}.`,
    });
  }
}

function refusal(message: string): FailureException {
  return new FailureException({ code: 'invalid_api_key', message });
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

/** Hashed first, so that neither length nor content can be told from the time it takes. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** Browsers send Origin with every write; a page elsewhere cannot forge it. */
function isSameOrigin(request: FastifyRequest): boolean {
  const { origin } = request.headers;
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === request.host;
}
