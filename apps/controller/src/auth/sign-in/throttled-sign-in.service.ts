/** What better-auth answers, with every look at a password counted first. */
import { Injectable } from '@nestjs/common';
import { getIP } from 'better-auth/api';
import { ADDRESSES } from '../auth-library.js';
import { LoginThrottle } from './login-throttle.service.js';
import { SignInService } from './sign-in.service.js';

/** Answers that say: this was not the password. */
const WRONG: Readonly<Record<string, number>> = { '/sign-in/email': 401, '/change-password': 400 };

@Injectable()
export class ThrottledSignInService {
  constructor(
    private readonly signIn: SignInService,
    private readonly throttle: LoginThrottle,
  ) {}

  /**
   * Throws `rate_limit_exceeded` after too many tries.
   *
   * @param path below /api/auth
   * @param body of the request, as it was parsed
   */
  async handle(request: Request, path: string, body: unknown): Promise<Response> {
    const email = path in WRONG ? await this.accountOf(request.headers, path, body) : null;
    if (email === null) return this.signIn.handle(request);
    const address = getIP(request.headers, ADDRESSES) ?? '';
    const admitted = await this.throttle.signInFrom(email, address);
    const answer = await this.signIn.handle(request);
    if (answer.status === 200) await admitted.succeeded();
    else if (answer.status !== WRONG[path]) await admitted.didNotCount();
    return answer;
  }

  /** Whose password is going to be looked at; null: nobody's. */
  private async accountOf(headers: Headers, path: string, body: unknown): Promise<string | null> {
    if (path === '/change-password') return (await this.signIn.sessionOf(headers))?.email ?? null;
    const isObject = typeof body === 'object' && body !== null;
    return isObject && 'email' in body && typeof body.email === 'string' ? body.email : null;
  }
}
