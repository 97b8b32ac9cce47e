/**
 * One stream of tokens, put together from frames that may be lost, repeated, late or from an
 * attempt that has been given up.
 *
 * The pair (attempt, index) is the fence: only the present attempt's next piece is taken. What has
 * been taken is kept, since it is what a further attempt continues after.
 */
import type { FrameStream, GenerationRequest } from '@corral/contracts';

/**
 * - `taken`: the piece was next.
 * - `stale`: of another attempt, or taken before; nothing to do.
 * - `gap`: pieces before it are missing; ask for them again from `nextIndex`.
 */
export type Offer = 'taken' | 'stale' | 'gap';

export class GenerationStream {
  /** Tokens taken so far, over all attempts, in order. */
  readonly tokens: number[] = [];
  /** The present attempt; 0 before the first. */
  attempt = 0;
  /** How many of `tokens` earlier attempts delivered. */
  private inherited = 0;
  private finished = false;

  constructor(private readonly request: GenerationRequest) {}

  /** Index of the token that has to come next. */
  get nextIndex(): number {
    return this.tokens.length;
  }

  /** Tokens that earlier attempts delivered, and that this one must not generate again. */
  get inheritedTokens(): number {
    return this.inherited;
  }

  /** Starts attempt `attempt` and gives what its engine has to do: the rest. */
  begin(attempt: number): GenerationRequest {
    this.attempt = attempt;
    this.inherited = this.tokens.length;
    if (this.inherited === 0) return this.request;
    const { maxTokens } = this.request;
    return {
      ...this.request,
      acceptedTokens: [...this.tokens],
      maxTokens: maxTokens === null ? null : Math.max(1, maxTokens - this.inherited),
    };
  }

  offer(piece: FrameStream): Offer {
    if (piece.attempt !== this.attempt || this.finished || piece.index < this.nextIndex) {
      return 'stale';
    }
    if (piece.index > this.nextIndex) return 'gap';
    for (const token of piece.tokens) this.tokens.push(token);
    this.finished = piece.finish !== undefined && piece.finish.reason !== 'error';
    return 'taken';
  }
}
