import { Controller, Get, Post } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { KeyScope, Role } from '@corral/contracts/http';
import type { AuthenticatedKey } from '../api-keys/authenticated-key.js';
import { CurrentKey } from '../api-keys/current-key.decorator.js';
import { KeyVerificationService } from '../api-keys/key-verification.service.js';
import {
  Public,
  RequiresApiKey,
  RequiresRole,
  RequiresSignIn,
} from '../common/access.decorator.js';
import { CurrentPrincipal } from '../common/current-principal.decorator.js';
import { FailureFilter } from '../common/failure.filter.js';
import { FailureException } from '../common/failure-exception.pure.js';
import type { Principal } from '../common/principal.pure.js';
import { Config } from '../config/config.js';
import { AccessGuard } from './access.guard.js';
import { SignInService } from './sign-in/sign-in.service.js';

const ADMIN_TOKEN = 'admin-token';

@Controller()
class Routes {
  @Get('open')
  @Public()
  open(): void {}

  @Get('any-key')
  @RequiresApiKey()
  anyKey(@CurrentKey() { keyId }: AuthenticatedKey): object {
    return { keyId };
  }

  @Get('generate')
  @RequiresApiKey('generate')
  generate(): void {}

  @Get('people')
  @RequiresSignIn()
  people(@CurrentPrincipal() principal: Principal): Principal {
    return principal;
  }

  @Post('leads')
  @RequiresRole('admin', 'lead')
  leads(): void {}

  @Get('forgotten')
  forgotten(): void {}
}

type Headers = Record<string, string>;

describe('the access guard', () => {
  let app: NestFastifyApplication;
  let url: string;
  let scopes: KeyScope[];
  const asked: (string | null)[] = [];

  /** Takes the key `key`. */
  const keys = {
    authenticate: (text: string | null) => {
      asked.push(text);
      if (text === 'key') return Promise.resolve({ keyId: 'id', name: 'laptop', scopes });
      const failure = { code: 'invalid_api_key' as const, message: 'no' };
      return Promise.reject(new FailureException(failure));
    },
  };
  /** The cookie is the role. */
  const signIn = {
    sessionOf: (headers: globalThis.Headers) => {
      const role = headers.get('cookie');
      if (role === null) return Promise.resolve(null);
      const session = { userId: 'me', email: 'me@corral.local', teamId: 'ours', sessionId: 's' };
      return Promise.resolve({ ...session, role });
    },
  };

  beforeAll(async () => {
    const module = await Test.createTestingModule({
      controllers: [Routes],
      providers: [
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: KeyVerificationService, useValue: keys },
        { provide: SignInService, useValue: signIn },
        { provide: Config, useValue: { adminToken: ADMIN_TOKEN } },
      ],
    }).compile();
    module.useLogger(false);
    app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
    app.useGlobalFilters(new FailureFilter([]));
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  beforeEach(() => {
    scopes = ['generate', 'models'];
    asked.length = 0;
  });
  afterAll(() => app.close());

  async function ask(method: 'GET' | 'POST', path: string, headers: Headers = {}) {
    const answer = await fetch(url + path, { method, headers });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
  }
  const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` });
  const as = (role: Role): Headers => ({ cookie: role, origin: url });
  const forbidden = (message: string) => ({
    status: 403,
    body: { error: { code: 'permission_denied', message: expect.stringContaining(message) } },
  });

  it('asks nobody anything on a public route', async () => {
    expect(await ask('GET', '/open')).toMatchObject({ status: 200 });
    expect(asked).toEqual([]);
  });

  it('says which key asks, sent in either way', async () => {
    for (const headers of [bearer('key'), { 'x-api-key': 'key' }]) {
      expect(await ask('GET', '/any-key', headers)).toEqual({ status: 200, body: { keyId: 'id' } });
    }
  });

  it('takes neither a cookie nor the admin token for a key', async () => {
    expect((await ask('GET', '/any-key', as('admin'))).status).toBe(401);
    expect((await ask('GET', '/any-key', bearer(ADMIN_TOKEN))).status).toBe(401);
    expect(asked).toEqual([null, ADMIN_TOKEN]);
  });

  it('refuses a key without the scope, and names it', async () => {
    scopes = ['models'];
    expect(await ask('GET', '/generate', bearer('key'))).toMatchObject(forbidden("'generate'"));
    expect((await ask('GET', '/any-key', bearer('key'))).status).toBe(200);
  });

  it('says who asks, signed in or with the admin token', async () => {
    const { body: person } = await ask('GET', '/people', as('viewer'));
    expect(person).toEqual({
      kind: 'user',
      userId: 'me',
      email: 'me@corral.local',
      role: 'viewer',
      teamId: 'ours',
      sessionId: 's',
      requestId: expect.any(String),
      address: '127.0.0.1',
    });
    const { body: token } = await ask('GET', '/people', bearer(ADMIN_TOKEN));
    expect(token).toMatchObject({ kind: 'admin_token', userId: null, role: 'admin', teamId: null });
  });

  it('refuses API keys, wrong tokens and strangers on routes for people', async () => {
    for (const headers of [{}, bearer('key'), { 'x-api-key': 'key' }, bearer(`${ADMIN_TOKEN}x`)]) {
      expect((await ask('GET', '/people', headers)).status).toBe(401);
    }
    // A wrong token is not made good by a cookie.
    expect((await ask('GET', '/people', { ...as('admin'), ...bearer('key') })).status).toBe(401);
    expect(asked).toEqual([]);
  });

  it('refuses other roles, and says which may', async () => {
    for (const role of ['developer', 'viewer'] as const) {
      expect(await ask('POST', '/leads', as(role))).toMatchObject(forbidden('admin, lead'));
    }
    for (const headers of [as('lead'), as('admin'), bearer(ADMIN_TOKEN)]) {
      expect((await ask('POST', '/leads', headers)).status).toBe(201);
    }
  });

  it('takes writes with a cookie from the console itself alone', async () => {
    for (const origin of ['https://elsewhere.example', 'null', 'nonsense']) {
      const headers = { cookie: 'admin', origin };
      expect(await ask('POST', '/leads', headers)).toMatchObject(forbidden('console itself'));
    }
    expect(await ask('POST', '/leads', { cookie: 'admin' })).toMatchObject({ status: 403 });
    expect((await ask('GET', '/people', { cookie: 'admin' })).status).toBe(200);
  });

  it('lets nobody through to a route that declares nothing', async () => {
    expect((await ask('GET', '/forgotten', bearer(ADMIN_TOKEN))).status).toBe(500);
  });
});
