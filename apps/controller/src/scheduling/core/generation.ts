/** What the gateway asks of scheduling, and what it gets. */
import type { Failure, Finish, GenerationRequest, TokenLogprob } from '@corral/contracts';
import type { Priority } from '@corral/contracts/http';

export interface GenerationSpec {
  generationId: string;
  deployment: string;
  /** Replicas of this revision, as long as one is ready; null: of any. */
  revisionId: string | null;
  request: GenerationRequest;
  /** Team id: tenants share the slots evenly, by tokens. */
  tenant: string;
  /** Waiting generations of a higher class are dispatched first. */
  priority: Priority;
  /** An estimate, until the engine has counted. */
  promptTokens: number;
  /** How long the caller will wait for the first token; null: the queue's own limits hold. */
  timeoutMs: number | null;
}

export type GenerationEvent =
  | {
      type: 'text';
      /** May be empty: a token whose text is held back. */
      text: string;
      /** Tokens that came with it. */
      tokens: number;
      logprobs: readonly TokenLogprob[] | undefined;
    }
  | { type: 'finished'; reason: Exclude<Finish['reason'], 'error'> }
  /** The last event; `retryAfterMs` null: trying again is of no use. */
  | { type: 'failed'; failure: Failure; retryAfterMs: number | null };

/** What is known of a generation for its usage row; final once its events have ended. */
export interface GenerationReport {
  nodeId: string | null;
  replicaId: string | null;
  /** Of the replica that it was last sent to; null, both: it was sent to none. */
  revisionId: string | null;
  modelDigest: string | null;
  attempts: number;
  /** Of the prompt as the engine rendered it; billed once however many attempts it took. */
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
  /** Prompt tokens that lost attempts had to prefill again. */
  wastedTokens: number;
  /** From submission to the (last) dispatch. */
  queueMs: number;
  prefillMs: number;
  decodeMs: number;
  /** Its share of the time the devices computed, over all attempts that could report it. */
  deviceMs: number;
  /** From submission to the first token; null before it. */
  ttftMs: number | null;
  /** Why it went to the (last) replica; null before it has. */
  routing: string | null;
}

export interface Generation {
  readonly report: Readonly<GenerationReport>;
  /** Its place in the queue and the reason, in words; null: it does not wait. */
  waiting(): string | null;
  /** The caller is gone: the slot is freed within two steps. No effect once it has ended. */
  cancel(): void;
}

/** Told of each event in order; the last is `finished` or `failed`. Must not throw. */
export type GenerationListener = (event: GenerationEvent) => void;
