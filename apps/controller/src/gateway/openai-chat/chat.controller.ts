/** POST /v1/chat/completions. */
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
import { chatCompletionSchema, toGenerations, type ChatCompletionBody } from './chat-request.js';
import { chatShape } from './chat-shape.js';

@ApiTags('OpenAI')
@ApiBearerAuth()
@Controller('v1/chat/completions')
@AnswersErrorsIn(openAiErrors)
@RequiresApiKey('generate')
export class OpenAiChatController {
  constructor(private readonly completions: CompletionService) {}

  @Post()
  @HttpCode(200)
  chat(
    @Body({ schema: chatCompletionSchema }) body: ChatCompletionBody,
    @CurrentKey() key: AuthenticatedKey,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const requests = translated(toGenerations(body, key.cacheScope));
    const call = callOf(body, key, request, { requests, choicesPerPrompt: requests.length });
    const includeUsage = body.stream_options?.include_usage === true;
    return this.completions.answer(call, openAiDialect(chatShape, includeUsage), reply);
  }
}
