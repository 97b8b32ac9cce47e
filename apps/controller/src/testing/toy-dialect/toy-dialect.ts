/** A public API of one line a piece, to show all that a dialect has to bring. */
import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { GREEDY_SAMPLING, type GenerationRequest } from '@corral/contracts';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedKey } from '../../api-keys/authenticated-key.js';
import { CurrentKey } from '../../api-keys/current-key.decorator.js';
import { RequiresApiKey } from '../../common/access.decorator.js';
import { AnswersErrorsIn } from '../../common/answers-errors-in.decorator.js';
import type { ErrorDialect } from '../../common/error-dialect.pure.js';
import { CompletionService } from '../../gateway/completion.service.js';
import type { Dialect } from '../../gateway/core/dialect.js';
import type { DialectEntry } from '../../gateway/dialects.js';

const toyErrors: ErrorDialect = {
  claims: (path) => path.startsWith('/toy/'),
  body: ({ message }) => ({ oops: message }),
  limitHeaders: (limits) => ({ 'toy-left': limits.map(({ remaining }) => remaining).join() }),
};

const toyDialect: Dialect = {
  errors: toyErrors,
  streamType: 'text/toy',
  encoder: ({ model }) => ({
    opening: () => `${model} says\n`,
    part: (choice, text) => `${choice}: ${text}\n`,
    finished: (choice, reason) => `${choice} ends: ${reason}\n`,
    failed: ({ message }) => `oops: ${message}\n`,
    waiting: (what) => `waits for ${what}\n`,
    closing: ({ completionTokens }) => `${completionTokens} tokens\n`,
  }),
  whole: (_head, choices) => ({ said: choices.map(({ text }) => text) }),
};

@Controller('toy/say')
@AnswersErrorsIn(toyErrors)
@RequiresApiKey('generate')
class ToyController {
  constructor(private readonly completions: CompletionService) {}

  @Post()
  @HttpCode(200)
  say(
    @Body() { about, stream }: { about: string; stream: boolean },
    @CurrentKey() key: AuthenticatedKey,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const request: GenerationRequest = {
      prompt: { kind: 'text', text: about },
      sampling: GREEDY_SAMPLING,
      stop: [],
      maxTokens: 3,
      topLogprobs: null,
      cacheScope: 'toy',
      acceptedTokens: [],
    };
    const call = { requestId: 'toy', key, model: 'm', requests: [request], choicesPerPrompt: 1 };
    const how = { timeoutMs: null, streaming: stream };
    return this.completions.answer({ ...call, ...how }, toyDialect, reply);
  }
}

/** What the registry would have of it. */
export const TOY_DIALECT: DialectEntry = { controllers: [ToyController], errors: toyErrors };
