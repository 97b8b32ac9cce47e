import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { KeyInfo } from '@corral/contracts/http';
import type { AuthenticatedKey } from '../../api-keys/authenticated-key.js';
import { CurrentKey } from '../../api-keys/current-key.decorator.js';
import { RequiresApiKey } from '../../common/access.decorator.js';
import { AnswersErrorsIn } from '../../common/answers-errors-in.decorator.js';
import { KeyInfoService } from '../../quotas/key-info.service.js';
import { openAiErrors } from '../openai/errors.pure.js';

@ApiTags('Key')
@ApiBearerAuth()
@Controller('v1/key')
@AnswersErrorsIn(openAiErrors)
@RequiresApiKey()
export class KeyInfoController {
  constructor(private readonly keys: KeyInfoService) {}

  /** What the key that asks may do, its limits, what is left of them, and when they reset. */
  @Get()
  get(@CurrentKey() key: AuthenticatedKey): Promise<KeyInfo> {
    return this.keys.of(key);
  }
}
