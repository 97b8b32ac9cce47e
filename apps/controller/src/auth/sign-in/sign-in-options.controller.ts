import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { SignInOptions } from '@corral/contracts/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Public } from '../../common/access.decorator.js';
import { FailureException } from '../../common/failure-exception.pure.js';
import { Config } from '../../config/config.js';
import { SIGN_IN_PAGE } from '../auth-library.js';
import { SignInService } from './sign-in.service.js';
import { originOf, sendHeaders } from '../web-request.js';

const OIDC_URL = '/admin/v1/sign-in/oidc';
const beginningSchema = z.object({ url: z.url() });

@ApiTags('Sign-in')
@Controller('admin/v1')
@Public()
export class SignInOptionsController {
  constructor(
    private readonly config: Config,
    private readonly signIn: SignInService,
  ) {}

  @Get('sign-in-options')
  options(): SignInOptions {
    const { oidc } = this.config;
    return { password: true, oidc: oidc === null ? null : { name: oidc.name, url: OIDC_URL } };
  }

  /** Sends the browser to the provider; back to the sign-in page when that cannot be reached. */
  @Get('sign-in/oidc')
  async begin(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (this.config.oidc === null) {
      throw new FailureException({ code: 'not_found', message: 'There is no single sign-on.' });
    }
    const origin = this.config.http.publicUrl ?? originOf(request);
    const answer = await this.signIn.beginSingleSignOn(new URL(origin).origin, request.ip);
    const beginning = beginningSchema.safeParse(await answer.json().catch(() => null));
    if (!answer.ok || !beginning.success) {
      await reply.redirect(`${SIGN_IN_PAGE}?error=provider_unreachable`, 302);
      return;
    }
    const cookies = new Headers();
    for (const cookie of answer.headers.getSetCookie()) cookies.append('set-cookie', cookie);
    sendHeaders(reply, cookies);
    await reply.header('cache-control', 'no-store').redirect(beginning.data.url, 302);
  }
}
