/** The one usage row of a request, from what its generations report. */
import type { Failure } from '@corral/contracts';
import type { ResolvedDeployment } from '../deployments/deployments.service.js';
import type { GenerationReport } from '../scheduling/generation.js';
import type { UsageRow } from '../usage/usage-recorder.js';
import type { CompletionCall } from './completion-call.js';

export interface CompletionOutcome {
  /** Of the first choice that finished by itself. */
  finishReason: 'stop' | 'length' | 'cancelled' | null;
  failure: Failure | null;
  cancelled: boolean;
}

/** A failure outweighs a cancellation (the rest is cancelled because of it), and both a finish. */
export function usageRowOf(
  call: CompletionCall,
  deployment: ResolvedDeployment,
  outcome: CompletionOutcome,
  reports: readonly Readonly<GenerationReport>[],
  time: { createdAt: Date; totalMs: number },
): UsageRow {
  const first = reports[0];
  const sum = (pick: (report: GenerationReport) => number): number =>
    reports.reduce((total, report) => total + pick(report), 0);
  const perPrompt = reports.filter((_report, choice) => choice % call.choicesPerPrompt === 0);
  const firstTokens = reports.flatMap(({ ttftMs }) => (ttftMs === null ? [] : [ttftMs]));
  return {
    requestId: call.requestId,
    createdAt: time.createdAt,
    keyId: call.key.keyId,
    deployment: deployment.name,
    revisionId: deployment.revisionId,
    modelDigest: deployment.modelDigest,
    nodeId: first?.nodeId ?? null,
    replicaId: first?.replicaId ?? null,
    status: statusOf(outcome),
    errorCode: outcome.failure?.code ?? null,
    finishReason: outcome.failure === null ? outcome.finishReason : null,
    attempts: Math.max(0, ...reports.map(({ attempts }) => attempts)),
    promptTokens: perPrompt.reduce((total, { promptTokens }) => total + promptTokens, 0),
    cachedTokens: perPrompt.reduce((total, { cachedTokens }) => total + cachedTokens, 0),
    completionTokens: sum(({ completionTokens }) => completionTokens),
    wastedTokens: sum(({ wastedTokens }) => wastedTokens),
    queueMs: Math.max(0, ...reports.map(({ queueMs }) => queueMs)),
    prefillMs: sum(({ prefillMs }) => prefillMs),
    decodeMs: sum(({ decodeMs }) => decodeMs),
    ttftMs: firstTokens.length === 0 ? null : Math.min(...firstTokens),
    totalMs: time.totalMs,
  };
}

function statusOf({ failure, cancelled }: CompletionOutcome): UsageRow['status'] {
  if (failure !== null) return 'failed';
  return cancelled ? 'cancelled' : 'completed';
}
