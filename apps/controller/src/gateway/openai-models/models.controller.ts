/** GET /v1/models. */
import { Controller, Get, Param } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { DeploymentView } from '@corral/contracts/http';
import type { AuthenticatedKey } from '../../api-keys/authenticated-key.js';
import { CurrentKey } from '../../api-keys/current-key.decorator.js';
import { RequiresApiKey } from '../../common/access.decorator.js';
import { AnswersErrorsIn } from '../../common/answers-errors-in.decorator.js';
import { FailureException } from '../../common/failure-exception.pure.js';
import { DeploymentsService } from '../../deployments/deployments.service.js';
import { QuotasService } from '../../quotas/quotas.service.js';
import { openAiErrors } from '../openai/errors.pure.js';
import { modelView } from './model-view.js';

@ApiTags('OpenAI')
@ApiBearerAuth()
@Controller('v1/models')
@AnswersErrorsIn(openAiErrors)
@RequiresApiKey('models')
export class OpenAiModelsController {
  constructor(
    private readonly deployments: DeploymentsService,
    private readonly quotas: QuotasService,
  ) {}

  /** Those that the key may use. */
  @Get()
  list(@CurrentKey() key: AuthenticatedKey): object {
    return { object: 'list', data: this.modelsOf(key).map(modelView) };
  }

  /** By name or alias. A wildcard, since a deployment's name may hold slashes. */
  @Get('*')
  get(@Param('*') wanted: string, @CurrentKey() key: AuthenticatedKey): object {
    const { name } = this.deployments.resolve(wanted) ?? { name: wanted };
    const deployment = this.modelsOf(key).find((view) => view.name === name);
    if (deployment !== undefined) return modelView(deployment);
    throw new FailureException({
      code: 'model_not_found',
      message: `The model '${wanted}' does not exist here. GET /v1/models lists what does.`,
      param: 'model',
    });
  }

  private modelsOf(key: AuthenticatedKey): DeploymentView[] {
    const { allowedModels } = this.quotas.inForce(key);
    const views = this.deployments.views();
    return allowedModels === null ? views : views.filter(({ name }) => allowedModels.has(name));
  }
}
