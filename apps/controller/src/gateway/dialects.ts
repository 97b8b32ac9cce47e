/** The dialects of the public API. A new one is a folder beside this file, and a line here. */
import type { Type } from '@nestjs/common';
import type { ErrorDialect } from '../common/error-dialect.pure.js';
import { OpenAiChatController } from './openai-chat/chat.controller.js';
import { OpenAiCompletionsController } from './openai-completions/completions.controller.js';
import { openAiErrors } from './openai/errors.pure.js';
import { KeyInfoController } from './openai-models/key-info.controller.js';
import { OpenAiModelsController } from './openai-models/models.controller.js';

export interface DialectEntry {
  /** Its routes. */
  controllers: readonly Type<unknown>[];
  /** Tells failures of paths that no route has, where it claims them. */
  errors: ErrorDialect;
}

export const DIALECTS: readonly DialectEntry[] = [
  { controllers: [OpenAiChatController], errors: openAiErrors },
  { controllers: [OpenAiCompletionsController], errors: openAiErrors },
  { controllers: [OpenAiModelsController, KeyInfoController], errors: openAiErrors },
];
