/** The addon's sampler of one generation, told what it cannot know by itself. */
import { bannedTokens, samplerConfigAt, type SamplingPlan } from './sampling.js';
import type { TokenSampler } from './decode-context.js';
import type { NativeGrammarReader } from './native-grammar.js';
import type { NativeDecoder, NativeSampler } from './native-surface.js';

/** No token may be chosen. */
const NONE = -1;

export class NativeTokenSampler implements TokenSampler {
  private configured = false;
  /** The grammar does not allow what has been generated: nothing can follow. */
  private astray = false;
  private readonly banned: ReadonlySet<number>;

  /** `reader`: what the draws are held to; null: nothing. */
  constructor(
    readonly native: NativeSampler,
    readonly plan: SamplingPlan,
    private readonly reader: NativeGrammarReader | null,
  ) {
    this.banned = reader ? bannedTokens(plan) : new Set();
  }

  aim(index: number, generated: readonly number[]): void {
    // The addon itself follows the tokens that it draws; only a seed of its own per token, and
    // the tokens from before this sampler was opened, have to be told.
    if (this.configured && !this.plan.changesEachToken) return;
    const config = samplerConfigAt(this.plan, index, generated);
    if (this.reader) {
      if (!this.configured) this.astray = !this.reader.replay(generated);
      this.native.applyConfig({ ...config, grammarEvaluationState: this.reader.state });
    } else {
      this.native.applyConfig(config);
    }
    this.configured = true;
  }

  /** The next token from a row of logits; -1 when none may be chosen. */
  async draw(decoder: NativeDecoder, row: number): Promise<number> {
    if (!this.reader) return decoder.sampleToken(row, this.native);
    if (this.astray) return NONE;
    try {
      const token = await decoder.sampleToken(row, this.native);
      // Where the grammar and the bans leave nothing, the addon draws one of the banned.
      return this.banned.has(token) ? NONE : token;
    } catch {
      // The grammar allows none of the tokens that bias and vocabulary leave. This generation is at
      // its end, and the others in the batch must not end with it.
      return NONE;
    }
  }

  dispose(): void {
    this.native.dispose();
  }
}
