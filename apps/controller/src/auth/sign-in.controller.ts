import { All, Controller, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../common/access.decorator.js';
import { CLIENT_ADDRESS_HEADER, SignInService } from './sign-in.service.js';
import { webHeadersOf, webRequestOf } from './web-request.js';

/** Hands /api/auth/* to better-auth. */
@ApiExcludeController()
@Controller('api/auth')
export class SignInController {
  constructor(private readonly signIn: SignInService) {}

  @All('*')
  @Public()
  async handle(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const headers = webHeadersOf(request);
    headers.set(CLIENT_ADDRESS_HEADER, request.ip);
    const answer = await this.signIn.handle(webRequestOf(request, headers));
    reply.status(answer.status);
    answer.headers.forEach((value, name) => {
      if (name !== 'set-cookie') reply.header(name, value);
    });
    const cookies = answer.headers.getSetCookie();
    if (cookies.length > 0) reply.header('set-cookie', cookies);
    await reply.send(await answer.text());
  }
}
