/**
 * Carries one public request through: deployment, generations, usage row. It is all a dialect
 * needs, and it knows no dialect.
 *
 * A request has one or more choices (several prompts, or `n` answers to each); every choice is a
 * generation of its own. Their events come back merged, marked with the choice.
 */
import { Injectable } from '@nestjs/common';
import { generationIdOf, type Failure } from '@corral/contracts';
import { FailureException } from '../common/failure.exception.js';
import { DeploymentsService } from '../deployments/deployments.service.js';
import { Clock } from '../infra/clock.js';
import type { Generation, GenerationEvent } from '../scheduling/generation.js';
import { SchedulingService } from '../scheduling/scheduling.service.js';
import { UsageRecorder } from '../usage/usage-recorder.js';
import type { CompletionCall } from './completion-call.js';
import { EventQueue } from './event-queue.js';
import { usageRowOf, type CompletionOutcome } from './usage-row.js';

/** While a streaming caller waits for its next token, it hears that often that it still waits. */
const WAITING_INTERVAL_MS = 5_000;

export type ChoiceEvent =
  | { choice: number; event: GenerationEvent }
  /** Nothing has happened for a while; the request is alive. */
  | 'waiting';

export interface CompletionUsage {
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
}

/** A request under way. Read `batches` once; it ends after the last choice has. */
export interface Completion {
  readonly model: string;
  readonly createdAt: Date;
  readonly choices: number;
  readonly batches: AsyncIterable<ChoiceEvent[]>;
  /** Final once `batches` has ended; a prompt is counted once for all its choices. */
  usage(): CompletionUsage;
  /** The caller is gone, or wants no more. No effect once ended. */
  cancel(): void;
}

@Injectable()
export class CompletionService {
  constructor(
    private readonly deployments: DeploymentsService,
    private readonly scheduling: SchedulingService,
    private readonly usage: UsageRecorder,
    private readonly clock: Clock,
  ) {}

  /** Throws {@link FailureException} `model_not_found`; all else comes as an event. */
  start(call: CompletionCall): Completion {
    const deployment = this.deployments.resolve(call.model);
    if (deployment === null) throw new FailureException(this.modelNotFound(call.model));
    const startedAtMs = this.clock.monotonicMs();
    const createdAt = this.clock.now();
    const queue = new EventQueue<ChoiceEvent>();
    const outcome: CompletionOutcome = { finishReason: null, failure: null, cancelled: false };
    const generations: Generation[] = [];
    let open = call.requests.length;
    let heard = false;
    const waiting = call.streaming
      ? setInterval(() => {
          if (!heard) queue.push('waiting');
          heard = false;
        }, WAITING_INTERVAL_MS)
      : null;

    const settle = (): void => {
      if (waiting !== null) clearInterval(waiting);
      const reports = generations.map(({ report }) => report);
      const totalMs = this.clock.monotonicMs() - startedAtMs;
      this.usage.record(usageRowOf(call, deployment, outcome, reports, { createdAt, totalMs }));
      queue.close();
    };
    const listen = (choice: number) => (event: GenerationEvent) => {
      heard = true;
      queue.push({ choice, event });
      if (event.type === 'text') return;
      if (event.type === 'failed') outcome.failure ??= event.failure;
      else if (event.reason === 'cancelled') outcome.cancelled = true;
      else outcome.finishReason ??= event.reason;
      open -= 1;
      // A refusal comes while the generations are still being submitted; the last one settles.
      if (open === 0 && generations.length === call.requests.length) settle();
    };

    call.requests.forEach((request, choice) => {
      const generationId = generationIdOf(call.requestId, choice);
      const order = {
        generationId,
        deployment: deployment.name,
        request,
        timeoutMs: call.timeoutMs,
      };
      generations.push(this.scheduling.submit(order, listen(choice)));
    });
    if (open === 0) settle();

    return {
      model: call.model,
      createdAt,
      choices: call.requests.length,
      batches: queue,
      usage: () => usageOf(generations, call.choicesPerPrompt),
      cancel: () => generations.forEach((generation) => generation.cancel()),
    };
  }

  private modelNotFound(model: string): Failure {
    const names = this.deployments.views().map(({ name }) => name);
    const known =
      names.length === 0
        ? 'Nothing is deployed yet.'
        : `There is: ${names.slice(0, 20).join(', ')}.`;
    return {
      code: 'model_not_found',
      message: `The model '${model}' does not exist here. ${known}`,
      param: 'model',
    };
  }
}

function usageOf(generations: readonly Generation[], choicesPerPrompt: number): CompletionUsage {
  const usage = { promptTokens: 0, cachedTokens: 0, completionTokens: 0 };
  generations.forEach(({ report }, choice) => {
    usage.completionTokens += report.completionTokens;
    if (choice % choicesPerPrompt !== 0) return;
    usage.promptTokens += report.promptTokens;
    usage.cachedTokens += report.cachedTokens;
  });
  return usage;
}
