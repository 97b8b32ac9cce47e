/** The one ledger row of a request, from what its generations report; not priced yet. Pure. */
import type { Failure, OpenedRequest, SettledRequest } from '@corral/contracts';
import type { GenerationReport } from '../scheduling/core/generation.js';
import type { Unpriced } from '../ledger/settlement/unpriced.pure.js';

export interface CompletionOutcome {
  /** Of the first choice that finished by itself. */
  finishReason: 'stop' | 'length' | 'cancelled' | null;
  failure: Failure | null;
  cancelled: boolean;
}

export interface CompletionUsage {
  promptTokens: number;
  /** Of the prompt. */
  cachedTokens: number;
  completionTokens: number;
}

/** A failure outweighs a cancellation (the rest is cancelled because of it), and both a finish. */
export function settlementOf(
  opened: OpenedRequest,
  choicesPerPrompt: number,
  outcome: CompletionOutcome,
  reports: readonly Readonly<GenerationReport>[],
  totalMs: number,
): Unpriced {
  const first = reports[0];
  const sum = (pick: (report: GenerationReport) => number): number =>
    reports.reduce((total, report) => total + pick(report), 0);
  const firstTokens = reports.flatMap(({ ttftMs }) => (ttftMs === null ? [] : [ttftMs]));
  return {
    ...opened,
    // The books say who served it, which a canary or a rollout decides as it goes.
    revisionId: first?.revisionId ?? opened.revisionId,
    modelDigest: first?.modelDigest ?? opened.modelDigest,
    nodeId: first?.nodeId ?? null,
    replicaId: first?.replicaId ?? null,
    status: statusOf(outcome),
    errorCode: outcome.failure?.code ?? null,
    finishReason: outcome.failure === null ? outcome.finishReason : null,
    attempts: Math.max(0, ...reports.map(({ attempts }) => attempts)),
    ...usageOf(reports, choicesPerPrompt),
    // No engine tells reasoning from answer yet.
    reasoningTokens: 0,
    wastedTokens: sum(({ wastedTokens }) => wastedTokens),
    queueMs: Math.round(Math.max(0, ...reports.map(({ queueMs }) => queueMs))),
    prefillMs: Math.round(sum(({ prefillMs }) => prefillMs)),
    decodeMs: Math.round(sum(({ decodeMs }) => decodeMs)),
    deviceMs: Math.round(sum(({ deviceMs }) => deviceMs)),
    ttftMs: firstTokens.length === 0 ? null : Math.round(Math.min(...firstTokens)),
    totalMs: Math.round(totalMs),
    routing: first?.routing ?? null,
  };
}

/**
 * The tokens of a request, for its caller and for the books. A prompt is counted once for all its
 * choices: as the first of them had it that got as far as an engine.
 */
export function usageOf(
  reports: readonly Readonly<GenerationReport>[],
  choicesPerPrompt: number,
): CompletionUsage {
  const usage = { promptTokens: 0, cachedTokens: 0, completionTokens: 0 };
  const counted = new Set<number>();
  reports.forEach(({ promptTokens, cachedTokens, completionTokens }, choice) => {
    usage.completionTokens += completionTokens;
    const prompt = Math.floor(choice / choicesPerPrompt);
    if (promptTokens === 0 || counted.has(prompt)) return;
    counted.add(prompt);
    usage.promptTokens += promptTokens;
    usage.cachedTokens += cachedTokens;
  });
  return usage;
}

function statusOf({ failure, cancelled }: CompletionOutcome): SettledRequest['status'] {
  if (failure !== null) return 'failed';
  return cancelled ? 'cancelled' : 'completed';
}
