/**
 * Lets a public request in: finds the deployment, asks the limits of its key, and starts it. It is
 * all a dialect needs, and it knows no dialect.
 */
import { Injectable } from '@nestjs/common';
import type { Failure, GenerationRequest } from '@corral/contracts';
import { KeyVerificationService } from '../api-keys/key-verification.service.js';
import { FailureException } from '../common/failure-exception.pure.js';
import { CostsService } from '../costs/costs.service.js';
import { DeploymentsService, type ResolvedDeployment } from '../deployments/deployments.service.js';
import { revisionForKey } from '../deployments/revision-for-key.pure.js';
import { Demand } from '../fleet/scaling/demand.service.js';
import { Clock } from '../infra/clock.js';
import { ControllerIdentity } from '../infra/controller-identity.js';
import { STEP_TOKENS } from '../quotas/leases/admission.js';
import type { LimitsInForce } from '../quotas/limits-in-force.pure.js';
import { modelRefusal, QuotasService } from '../quotas/quotas.service.js';
import { SchedulingService } from '../scheduling/scheduling.service.js';
import { SettlementService } from '../ledger/settlement/settlement.service.js';
import { StreamProgressService } from '../lost-requests/stream-progress.service.js';
import type { CompletionCall } from './completion-call.js';
import { permitted } from './permitted.pure.js';
import type { Completion } from './core/completion.js';
import type { Dialect } from './core/dialect.js';
import { serve, type Reply } from './core/serve.js';
import { RequestRun, type CompletionPorts } from './request-run.js';
import { estimateTokens } from './token-estimate.pure.js';

@Injectable()
export class CompletionService {
  private readonly ports: CompletionPorts;

  constructor(
    private readonly deployments: DeploymentsService,
    private readonly quotas: QuotasService,
    private readonly identity: ControllerIdentity,
    demand: Demand,
    scheduling: SchedulingService,
    keys: KeyVerificationService,
    settlement: SettlementService,
    progress: StreamProgressService,
    costs: CostsService,
    clock: Clock,
  ) {
    this.ports = {
      nowMs: () => clock.monotonicMs(),
      opened: (request) => settlement.opened(request),
      settle: (request) => settlement.settle(request),
      progress,
      submit: (order, listener) =>
        demand.follow(order.deployment, listener, (heard) => scheduling.submit(order, heard)),
      hold: (publicId, onInvalid) => keys.hold(publicId, onInvalid),
      costs,
    };
  }

  /** Starts the call and answers it in the dialect. Rejects as {@link start} and {@link serve} do. */
  async answer(call: CompletionCall, dialect: Dialect, reply: Reply): Promise<object> {
    return serve(await this.start(call), dialect, call.streaming, reply);
  }

  /**
   * Rejects with a {@link FailureException} when it may not start: the model does not exist or may
   * not be used, a limit is reached. All else comes as an event.
   */
  async start(call: CompletionCall): Promise<Completion> {
    const inForce = this.quotas.inForce(call.key);
    const deployment = this.deployments.resolve(call.model);
    if (deployment === null) throw new FailureException(this.modelNotFound(call.model, inForce));
    const refusal =
      modelRefusal(inForce, deployment.name) ?? this.deployments.refusal(deployment.name);
    if (refusal !== null) throw new FailureException(refusal);
    const within = permitted(call.requests, inForce);
    if (!within.ok) throw new FailureException(within.failure);
    return this.admitted(call, within.requests, deployment);
  }

  private async admitted(
    call: CompletionCall,
    requests: readonly GenerationRequest[],
    deployment: ResolvedDeployment,
  ): Promise<Completion> {
    const admission = await this.quotas.admit(call.key, {
      deployment: deployment.name,
      ...estimateTokens(requests, call.choicesPerPrompt, STEP_TOKENS),
    });
    const { keyId, teamId, userId } = call.key;
    const revisionId = revisionForKey(deployment.canary, keyId);
    const opened = {
      requestId: call.requestId,
      controllerId: this.identity.controllerId,
      createdAt: admission.at.toISOString(),
      keyId,
      teamId,
      userId: userId ?? '',
      deployment: deployment.name,
      revisionId: revisionId ?? deployment.revisionId,
      modelDigest: deployment.modelDigest,
    };
    const running = new RequestRun(
      { ...call, requests },
      opened,
      admission,
      this.quotas.limitsOf(admission),
      this.ports,
      revisionId,
    );
    running.begin();
    return running;
  }

  private modelNotFound(model: string, { allowedModels }: LimitsInForce): Failure {
    const names = this.deployments
      .views()
      .map(({ name }) => name)
      .filter((name) => allowedModels?.has(name) ?? true);
    const known =
      names.length === 0
        ? 'Nothing is deployed yet.'
        : `There is: ${names.slice(0, 20).join(', ')}.`;
    return {
      code: 'model_not_found',
      message: `The model '${model}' does not exist here. ${known}`,
      path: ['model'],
    };
  }
}
