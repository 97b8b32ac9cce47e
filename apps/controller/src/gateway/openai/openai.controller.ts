/**
 * The OpenAI dialect's routes. A handler parses, translates, starts, and encodes; it decides
 * nothing.
 */
import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { DeploymentView } from '@corral/contracts/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuthenticatedKey } from '../../api-keys/authenticated-key.js';
import { CurrentKey } from '../../api-keys/current-key.decorator.js';
import { RequiresApiKey } from '../../common/access.decorator.js';
import { FailureException } from '../../common/failure.exception.js';
import { DeploymentsService } from '../../deployments/deployments.service.js';
import { QuotasService } from '../../quotas/quotas.service.js';
import type { CompletionCall } from '../completion-call.js';
import { CompletionService } from '../completion.service.js';
import type { Completion } from '../request-run.js';
import { collectAnswer, streamAnswer } from './answer.js';
import {
  chatCompletionSchema,
  toGenerations,
  type ChatCompletionBody,
  type Translation,
} from './chat-request.js';
import { chatShape } from './chat-shape.js';
import { completionSchema, toCompletionPlan, type CompletionBody } from './completion-request.js';
import { completionShape } from './completion-shape.js';
import type { AnswerShape } from './dialect.js';
import { modelView } from './model-view.js';
import type { CommonParameters } from './text-schema.js';

/** Sent by OpenAI's SDKs: the seconds that the client will wait. */
const TIMEOUT_HEADER = 'x-stainless-timeout';

/**
 * A caller that takes nothing of its stream for so long is cut, and its generation is stopped. One
 * that merely waits for tokens hears comments in the meantime, and takes those.
 */
const STALLED_READER_MS = 30_000;

const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  // nginx would hold the tokens back.
  'x-accel-buffering': 'no',
};

@ApiTags('OpenAI')
@ApiBearerAuth()
@Controller('v1')
@RequiresApiKey('generate')
export class OpenAiController {
  constructor(
    private readonly completions: CompletionService,
    private readonly deployments: DeploymentsService,
    private readonly quotas: QuotasService,
  ) {}

  /** Those that the key may use. */
  @Get('models')
  @RequiresApiKey('models')
  listModels(@CurrentKey() key: AuthenticatedKey): object {
    return { object: 'list', data: this.modelsOf(key).map(modelView) };
  }

  /** By name or alias. A wildcard, since a deployment's name may hold slashes. */
  @Get('models/*')
  @RequiresApiKey('models')
  getModel(@Param('*') wanted: string, @CurrentKey() key: AuthenticatedKey): object {
    const { name } = this.deployments.resolve(wanted) ?? { name: wanted };
    const deployment = this.modelsOf(key).find((view) => view.name === name);
    if (deployment !== undefined) return modelView(deployment);
    throw new FailureException({
      code: 'model_not_found',
      message: `The model '${wanted}' does not exist here. GET /v1/models lists what does.`,
      param: 'model',
    });
  }

  @Post('chat/completions')
  @HttpCode(200)
  chat(
    @Body({ schema: chatCompletionSchema }) body: ChatCompletionBody,
    @CurrentKey() key: AuthenticatedKey,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const requests = translated(toGenerations(body, key.cacheScope));
    const call = { requests, choicesPerPrompt: requests.length };
    return this.answer(body, { ...call, key }, chatShape, request, reply);
  }

  @Post('completions')
  @HttpCode(200)
  complete(
    @Body({ schema: completionSchema }) body: CompletionBody,
    @CurrentKey() key: AuthenticatedKey,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { requests, choicesPerPrompt, echoes } = translated(
      toCompletionPlan(body, key.cacheScope),
    );
    const call = { requests, choicesPerPrompt, key };
    return this.answer(body, call, completionShape(echoes), request, reply);
  }

  private modelsOf(key: AuthenticatedKey): DeploymentView[] {
    const { allowedModels } = this.quotas.inForce(key);
    const views = this.deployments.views();
    return allowedModels === null ? views : views.filter(({ name }) => allowedModels.has(name));
  }

  private async answer(
    body: CommonParameters,
    call: Pick<CompletionCall, 'requests' | 'choicesPerPrompt' | 'key'>,
    shape: AnswerShape,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<object> {
    const streaming = body.stream === true;
    const completion = await this.completions.start({
      ...call,
      requestId: request.id,
      model: body.model,
      timeoutMs: timeoutOf(request),
      streaming,
    });
    reply.headers(completion.headers);
    cancelWhenClosed(reply, completion);
    if (!streaming) return collectAnswer(completion, shape, request.id);
    const includeUsage = body.stream_options?.include_usage === true;
    const text = await streamAnswer(completion, shape, request.id, includeUsage);
    reply.headers(STREAM_HEADERS);
    // Nobody listens to the time-out, so the connection is destroyed: see cancelWhenClosed.
    reply.raw.setTimeout(STALLED_READER_MS);
    return text;
  }
}

/** A generator that waits for a token cannot be stopped from outside; its source can. */
function cancelWhenClosed(reply: FastifyReply, completion: Completion): void {
  if (reply.raw.destroyed) completion.cancel();
  else reply.raw.once('close', () => completion.cancel());
}

function timeoutOf(request: FastifyRequest): number | null {
  const seconds = Number(request.headers[TIMEOUT_HEADER]);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null;
}

function translated<T>(translation: Translation<T>): T {
  if (translation.ok) return translation.value;
  throw new FailureException(translation.failure);
}
