/**
 * One public request on its way: its generations, what it uses of its limits, and its row in the
 * ledger.
 *
 * A request has one or more choices (several prompts, or `n` answers to each); every choice is a
 * generation of its own. Their events come back merged, marked with the choice.
 *
 * The last event is held back until the request is settled, so a caller who has a complete answer
 * can be sure that it is in the books, and so can whoever pays.
 */
import { generationIdOf, type Failure, type OpenedRequest } from '@corral/contracts';
import type { KeyVerificationService } from '../api-keys/key-verification.service.js';
import type { CostsService } from '../costs/costs.service.js';
import type { Admission } from '../quotas/leases/admission.js';
import type {
  Generation,
  GenerationEvent,
  GenerationReport,
} from '../scheduling/core/generation.js';
import type { SchedulingService } from '../scheduling/scheduling.service.js';
import type { SettlementService } from '../ledger/settlement/settlement.service.js';
import type { StreamProgressService } from '../lost-requests/stream-progress.service.js';
import type { RateLimit } from '../common/rate-limit.pure.js';
import type { CompletionCall } from './completion-call.js';
import type { ChoiceEvent, Completion } from './core/completion.js';
import { EventQueue } from './event-queue.pure.js';
import {
  settlementOf,
  usageOf,
  type CompletionOutcome,
  type CompletionUsage,
} from './settlement-of.pure.js';
import { estimateTokens } from './token-estimate.pure.js';

/** While a streaming caller waits for its next token, it hears that often that it still waits. */
const WAITING_INTERVAL_MS = 5_000;

/**
 * Events that a caller may be behind: a minute of the fastest streams, about 2 MiB. Who reads more
 * slowly than that is not waited for, since all of it would have to be kept.
 */
const MAX_BEHIND = 8_192;
const TOO_SLOW: Failure = {
  code: 'client_closed',
  message: `The answer was ended: its reader was more than ${MAX_BEHIND} tokens behind. Read faster, or ask without 'stream'.`,
};

/** What it stands on. */
export interface CompletionPorts {
  nowMs(): number;
  opened: SettlementService['opened'];
  settle: SettlementService['settle'];
  progress: Pick<StreamProgressService, 'reached' | 'settled'>;
  submit: SchedulingService['submit'];
  hold: KeyVerificationService['hold'];
  costs: Pick<CostsService, 'price' | 'learn'>;
}

export class RequestRun implements Completion {
  readonly batches = new EventQueue<ChoiceEvent>();
  private readonly generations: Generation[] = [];
  private readonly outcome: CompletionOutcome = {
    finishReason: null,
    failure: null,
    cancelled: false,
  };
  private readonly startedAtMs: number;
  private open: number;
  /** Ended from here: what the caller is told in place of the cancellation. */
  private cutBy: Failure | null = null;
  private readonly promptsSeen = new Set<number>();
  private tokens = 0;
  private heard = false;
  private waiting: NodeJS.Timeout | null = null;
  private releaseKey: () => void = () => undefined;

  constructor(
    private readonly call: CompletionCall,
    private readonly opened: OpenedRequest,
    private readonly admission: Admission,
    readonly limits: readonly RateLimit[],
    private readonly ports: CompletionPorts,
    /** The revision that serves its key; null: any. */
    private readonly revisionId: string | null,
  ) {
    this.startedAtMs = ports.nowMs();
    this.open = call.requests.length;
  }

  get requestId(): string {
    return this.call.requestId;
  }

  get model(): string {
    return this.call.model;
  }

  get createdAt(): Date {
    return this.admission.at;
  }

  get choices(): number {
    return this.call.requests.length;
  }

  begin(): void {
    const { call, ports } = this;
    ports.opened(this.opened);
    this.releaseKey = ports.hold(call.key.publicId, (failure) => this.cut(failure));
    this.admission.onExhausted = (failure) => this.cut(failure);
    if (call.streaming) this.waiting = setInterval(() => this.sayWaiting(), WAITING_INTERVAL_MS);
    call.requests.forEach((request, choice) => {
      const order = {
        generationId: generationIdOf(call.requestId, choice),
        deployment: this.opened.deployment,
        revisionId: this.revisionId,
        tenant: call.key.teamId,
        priority: this.admission.priority,
        promptTokens: estimateTokens([request], 1, 0).promptTokens,
        request,
        timeoutMs: call.timeoutMs,
      };
      this.generations.push(ports.submit(order, (event) => this.listen(choice, event)));
    });
  }

  usage(): CompletionUsage {
    return usageOf(this.reports(), this.call.choicesPerPrompt);
  }

  cancel(): void {
    for (const generation of this.generations) generation.cancel();
  }

  /** Ends it with a failure that the caller is told. */
  private cut(failure: Failure): void {
    this.cutBy ??= failure;
    this.cancel();
  }

  private listen(choice: number, event: GenerationEvent): void {
    this.heard = true;
    if (event.type === 'text') {
      this.sayReached(choice);
      this.batches.push({ choice, event });
      if (this.batches.length > MAX_BEHIND) this.cut(TOO_SLOW);
      return this.count(choice, event.tokens);
    }
    const told: GenerationEvent =
      this.cutBy !== null && event.type === 'finished' && event.reason === 'cancelled'
        ? { type: 'failed', failure: this.cutBy, retryAfterMs: null }
        : event;
    if (told.type === 'failed') this.outcome.failure ??= told.failure;
    else if (told.reason === 'cancelled') this.outcome.cancelled = true;
    else this.outcome.finishReason ??= told.reason;
    this.open -= 1;
    if (this.open > 0) return this.batches.push({ choice, event: told });
    // A refusal comes while its generation is still being submitted, and its report is needed.
    queueMicrotask(() => this.end(choice, told));
  }

  /** Who does not stream sees nothing before it is in the books. */
  private sayReached(choice: number): void {
    const generation = this.generations[choice];
    if (!this.call.streaming || generation === undefined) return;
    const generationId = generationIdOf(this.call.requestId, choice);
    this.ports.progress.reached(generationId, generation.report);
  }

  /** Tells the budget how far it has come, with each prompt from its first answer on. */
  private count(choice: number, tokens: number): void {
    this.tokens += tokens;
    const prompt = Math.floor(choice / this.call.choicesPerPrompt);
    if (!this.promptsSeen.has(prompt)) {
      this.promptsSeen.add(prompt);
      this.tokens += this.generations[choice]?.report.promptTokens ?? 0;
    }
    this.admission.reached(this.tokens);
  }

  private end(choice: number, last: GenerationEvent): void {
    if (this.waiting !== null) clearInterval(this.waiting);
    this.releaseKey();
    void this.settle().then(() => {
      this.batches.push({ choice, event: last });
      this.batches.close();
    });
  }

  private settle(): Promise<void> {
    const { ports, opened, admission } = this;
    const reports = this.reports();
    const totalMs = ports.nowMs() - this.startedAtMs;
    const row = settlementOf(opened, this.call.choicesPerPrompt, this.outcome, reports, totalMs);
    const price = ports.costs.price({ ...row, at: admission.at });
    const tokens = row.promptTokens + row.completionTokens;
    if (row.status === 'completed') {
      ports.costs.learn(row.deployment, tokens, price.localMicrodollars);
    }
    const leaseUse = admission.settle({
      requests: 1,
      concurrent_requests: 0,
      tokens,
      microdollars: price.localMicrodollars,
    });
    return ports
      .settle({ ...row, ...price, leaseUse })
      .then(() => ports.progress.settled(row.requestId, this.choices));
  }

  private reports(): GenerationReport[] {
    return this.generations.map(({ report }) => report);
  }

  /** Of the first choice that has no slot; else it is the engine that is waited for. */
  private whatFor(): string {
    for (const generation of this.generations) {
      const waiting = generation.waiting();
      if (waiting !== null) return waiting;
    }
    return 'the next token';
  }

  private sayWaiting(): void {
    if (!this.heard) this.batches.push({ waiting: this.whatFor() });
    this.heard = false;
  }
}
