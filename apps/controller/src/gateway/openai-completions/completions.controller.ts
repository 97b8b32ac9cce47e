/** POST /v1/completions. */
import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuthenticatedKey } from '../../api-keys/authenticated-key.js';
import { CurrentKey } from '../../api-keys/current-key.decorator.js';
import { RequiresApiKey } from '../../common/access.decorator.js';
import { AnswersErrorsIn } from '../../common/answers-errors-in.decorator.js';
import { CompletionService } from '../completion.service.js';
import { callOf, translated } from '../openai/call.js';
import { openAiErrors } from '../openai/errors.pure.js';
import { openAiDialect } from '../openai/openai-dialect.js';
import { completionSchema, toCompletionPlan, type CompletionBody } from './completion-request.js';
import { completionShape } from './completion-shape.js';

@ApiTags('OpenAI')
@ApiBearerAuth()
@Controller('v1/completions')
@AnswersErrorsIn(openAiErrors)
@RequiresApiKey('generate')
export class OpenAiCompletionsController {
  constructor(private readonly completions: CompletionService) {}

  @Post()
  @HttpCode(200)
  complete(
    @Body({ schema: completionSchema }) body: CompletionBody,
    @CurrentKey() key: AuthenticatedKey,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const plan = translated(toCompletionPlan(body, key.cacheScope));
    const call = callOf(body, key, request, plan);
    const includeUsage = body.stream_options?.include_usage === true;
    const shape = completionShape(plan.echoes);
    return this.completions.answer(call, openAiDialect(shape, includeUsage), reply);
  }
}
