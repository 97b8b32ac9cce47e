import { All, Controller, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../../common/access.decorator.js';
import { FailureException } from '../../common/failure-exception.pure.js';
import { AUTH_PATH, CLIENT_ADDRESS_HEADER } from '../auth-library.js';
import { OIDC_PROVIDER } from './oidc-plugin.js';
import { ThrottledSignInService } from './throttled-sign-in.service.js';
import { sendHeaders, webHeadersOf, webRequestOf } from '../web-request.js';

/** What better-auth answers; the rest of its many routes is not for anybody. */
const OPEN_ROUTES: ReadonlySet<string> = new Set([
  'POST /sign-in/email',
  'POST /sign-out',
  'GET /get-session',
  'POST /change-password',
  `GET /callback/${OIDC_PROVIDER}`,
]);

/** Hands /api/auth/* to better-auth. */
@ApiExcludeController()
@Controller(AUTH_PATH)
export class SignInController {
  constructor(private readonly signIn: ThrottledSignInService) {}

  @All('*')
  @Public()
  async handle(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    // As it was spelt: what is not on the list letter for letter is not there.
    const path = request.url.split('?', 1)[0]?.slice(AUTH_PATH.length) ?? '';
    if (!OPEN_ROUTES.has(`${request.method} ${path}`)) {
      throw new FailureException({ code: 'not_found', message: 'There is no such route.' });
    }
    const headers = webHeadersOf(request);
    headers.set(CLIENT_ADDRESS_HEADER, request.ip);
    const answer = await this.signIn.handle(webRequestOf(request, headers), path, request.body);
    sendHeaders(reply.status(answer.status), answer.headers);
    await reply.send(await answer.text());
  }
}
