import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { joinRequestSchema, type JoinAnswer, type JoinRequest } from '@corral/contracts/http';
import type { FastifyRequest } from 'fastify';
import { Public } from '../common/access.decorator.js';
import { EnrolmentService } from './enrolment.service.js';

/** Where machines ask to be let in: neither the admin API nor the public one. */
@ApiTags('Nodes')
@Controller('join/v1')
export class EnrolmentController {
  constructor(private readonly enrolment: EnrolmentService) {}

  @Post()
  @HttpCode(200)
  @Public()
  join(
    @Body({ schema: joinRequestSchema }) body: JoinRequest,
    @Req() request: FastifyRequest,
  ): Promise<JoinAnswer> {
    return this.enrolment.join(body, { requestId: request.id, address: request.ip });
  }
}
