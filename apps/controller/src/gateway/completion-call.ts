/** What a dialect asks for on behalf of a client. */
import type { GenerationRequest } from '@corral/contracts';
import type { AuthenticatedKey } from '../api-keys/authenticated-key.js';

export interface CompletionCall {
  requestId: string;
  key: AuthenticatedKey;
  /** The deployment's name, as the client wrote it. */
  model: string;
  /** One per choice; `choicesPerPrompt` neighbours share a prompt. */
  requests: readonly GenerationRequest[];
  choicesPerPrompt: number;
  /** How long the caller will wait for its first token; null: no limit of its own. */
  timeoutMs: number | null;
  /** Report waiting as events, for callers that can be told. */
  streaming: boolean;
}
