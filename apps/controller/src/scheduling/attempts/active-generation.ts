/** A generation under way, as the shell keeps it, and what its frames add to its report. */
import type { Failure, Finish } from '@corral/contracts';
import type { PrefixBlocks } from '../prefixes/prefix-blocks.pure.js';
import { GenerationStream } from './generation-stream.js';
import type {
  GenerationEvent,
  GenerationListener,
  GenerationSpec,
  GenerationReport,
} from '../core/generation.js';
import type { ReplicaSnapshot } from '../replicas/replica-snapshot.pure.js';

export interface ActiveGeneration {
  order: GenerationSpec;
  blocks: PrefixBlocks;
  stream: GenerationStream;
  listener: GenerationListener;
  report: GenerationReport;
  submittedAtMs: number;
  /** Where the present attempt is; null while queued. */
  replica: ReplicaSnapshot | null;
  heardAtMs: number;
  /** It was asked for what is missing; -Infinity: not yet. */
  askedAtMs: number;
  /** A resend is under way. */
  asking: boolean;
  /** Told to stop: what the listener hears when the worker has had its last word, or by then. */
  stopping: { last: GenerationEvent; untilMs: number } | null;
}

export function newLive(
  order: GenerationSpec,
  blocks: PrefixBlocks,
  listener: GenerationListener,
  nowMs: number,
): ActiveGeneration {
  return {
    order,
    blocks,
    stream: new GenerationStream(order.request),
    listener,
    report: {
      nodeId: null,
      replicaId: null,
      revisionId: null,
      modelDigest: null,
      attempts: 0,
      promptTokens: 0,
      cachedTokens: 0,
      completionTokens: 0,
      wastedTokens: 0,
      queueMs: 0,
      prefillMs: 0,
      decodeMs: 0,
      deviceMs: 0,
      ttftMs: null,
      routing: null,
    },
    submittedAtMs: nowMs,
    replica: null,
    heardAtMs: nowMs,
    askedAtMs: Number.NEGATIVE_INFINITY,
    asking: false,
    stopping: null,
  };
}

/** Times add up over attempts. */
export function account(report: GenerationReport, finish: Finish): void {
  billPrompt(report, { tokens: finish.promptTokens, cachedTokens: finish.cachedTokens });
  report.prefillMs += finish.timings.prefillMs;
  report.decodeMs += finish.timings.decodeMs;
  report.deviceMs += finish.timings.deviceMs;
}

/** The first attempt's prompt is the one that is billed. */
export function billPrompt(
  report: GenerationReport,
  prompt: { tokens: number; cachedTokens: number },
): void {
  if (report.promptTokens > 0) return;
  report.promptTokens = prompt.tokens;
  report.cachedTokens = prompt.cachedTokens;
}

/** An attempt that was cancelled, but not by us, went down with its worker. */
export function failureOf(finish: Finish): Failure | null {
  if (finish.reason === 'cancelled') {
    return { code: 'worker_lost', message: 'The worker stopped before the answer was complete.' };
  }
  if (finish.reason !== 'error') return null;
  return finish.failure ?? { code: 'internal_error', message: 'The engine gave no reason.' };
}
