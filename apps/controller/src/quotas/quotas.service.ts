/** Lets requests in, or says which limit they run into. On the way of every request. */
import { Injectable } from '@nestjs/common';
import type { Failure } from '@corral/contracts';
import type { AuthenticatedKey } from '../api-keys/authenticated-key.js';
import { FailureException } from '../common/failure-exception.pure.js';
import type { RateLimit } from '../common/rate-limit.pure.js';
import { CostsService } from '../costs/costs.service.js';
import { Admission, STEP_TOKENS, type QuotaUseAmounts } from './leases/admission.js';
import { DatabaseClock } from './leases/database-clock.js';
import { LeaseDesk, type Need, type Outcome } from './leases/lease-desk.service.js';
import type { LimitsInForce } from './limits-in-force.pure.js';
import { QuotaPolicies } from './quota-policies.service.js';
import { rateLimitsOf } from './rate-limits.pure.js';
import { refusalOf, unknownLimit } from './refusal.pure.js';

/** What a request is expected to come to before anything is known of it. */
export interface ExpectedUse {
  deployment: string;
  promptTokens: number;
  /** The first step of each answer. */
  outputTokens: number;
}

@Injectable()
export class QuotasService {
  constructor(
    private readonly policies: QuotaPolicies,
    private readonly desk: LeaseDesk,
    private readonly clock: DatabaseClock,
    private readonly costs: CostsService,
  ) {}

  /** What holds for the key beside counts. */
  inForce(key: AuthenticatedKey): LimitsInForce {
    return this.policies.of(key, this.clock.now()).inForce;
  }

  /**
   * Sets aside what the request is expected to use: at once where this controller's slices have
   * it, else after asking the database. Rejects with a {@link FailureException} that names the
   * limit: `rate_limit_exceeded`, `insufficient_quota`, or `dependency_unavailable`.
   */
  admit(key: AuthenticatedKey, expected: ExpectedUse): Admission | Promise<Admission> {
    const at = this.clock.now();
    const { counters, inForce } = this.policies.of(key, at);
    const tokens = expected.promptTokens + expected.outputTokens;
    const amounts: QuotaUseAmounts = {
      requests: 1,
      concurrent_requests: 1,
      tokens,
      microdollars: this.costs.estimate(
        expected.deployment,
        expected.promptTokens,
        expected.outputTokens,
      ),
    };
    const needs = counters.map((counter) => ({
      account: this.desk.accountOf(counter),
      amount: amounts[counter.metric],
    }));
    const admission = (): Admission =>
      new Admission({
        needs,
        at,
        priority: inForce.priority,
        tokens,
        desk: this.desk,
        stepMicrodollars: this.costs.estimate(expected.deployment, 0, STEP_TOKENS),
      });
    if (this.desk.tryReserve(needs)) return admission();
    return this.desk.reserve(needs).then((outcome) => {
      if (outcome.outcome === 'enough') return admission();
      throw this.refusal(outcome, needs, at);
    });
  }

  /** What is left of the limits per minute that the request counts towards. */
  limitsOf(admission: Admission): RateLimit[] {
    return rateLimitsOf(admission.accounts, this.clock.now());
  }

  private refusal(
    { outcome, account }: Exclude<Outcome, { outcome: 'enough' }>,
    needs: readonly Need[],
    at: Date,
  ): FailureException {
    const { failure, retryAfterMs } =
      outcome === 'unknown' ? unknownLimit(account.counter) : refusalOf(account.counter, at);
    const limits = rateLimitsOf(
      needs.map((need) => need.account),
      this.clock.now(),
    );
    return new FailureException(failure, retryAfterMs, limits);
  }
}

/** Whether the key may ask the deployment at all. */
export function modelRefusal({ allowedModels }: LimitsInForce, model: string): Failure | null {
  if (allowedModels === null || allowedModels.has(model)) return null;
  return {
    code: 'permission_denied',
    message: `This key may not use the model '${model}'. GET /v1/models lists those that it may.`,
    path: ['model'],
  };
}
