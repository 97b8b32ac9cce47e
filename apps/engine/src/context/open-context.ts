/** Chooses how a loaded context is driven, and warms it up. */
import type { LlamaContext } from 'node-llama-cpp';
import type { DecodeContext } from './decode-context.js';
import { NativeContext } from './native-context.js';
import { findNativeSurface } from './native-surface.js';
import { PassCosts } from './pass-costs.pure.js';
import { PublicContext } from './public-context.js';
import { measurePasses, warmUp } from './warm-up.js';

/**
 * The native context where every internal call is there (and wanted), else the public one.
 * Rejects for a model that generates no text.
 */
export async function openContext(
  context: LlamaContext,
  threads: number,
  wanted: 'native' | 'public',
): Promise<DecodeContext> {
  const opened = choose(context, threads, wanted);
  await warmUp(opened);
  if (opened instanceof NativeContext && context.model.llama.gpu === false) {
    opened.costs = new PassCosts(await measurePasses(opened));
  }
  return opened;
}

function choose(
  context: LlamaContext,
  threads: number,
  wanted: 'native' | 'public',
): DecodeContext {
  const { fileInsights } = context.model;
  // A recurrent state cannot be cut back, and a sliding window has forgotten what lies before it.
  const reusesPrefixes =
    !fileInsights.isRecurrent && !fileInsights.isHybrid && !(fileInsights.swaSize ?? 0);
  if (wanted === 'public') return new PublicContext(context, reusesPrefixes);
  const lookup = findNativeSurface(context);
  if (!lookup.found) {
    process.stderr.write(
      `engine: this release of node-llama-cpp lacks ${lookup.missing.join(', ')}; ` +
        'decoding through its public API, which is slower\n',
    );
    return new PublicContext(context, reusesPrefixes);
  }
  const perSequence = Math.floor(context.getAllocatedContextSize() / context.totalSequences);
  return new NativeContext({
    context,
    surface: lookup.surface,
    threads,
    contextTokens: Math.min(context.contextSize, perSequence),
    reusesPrefixes,
  });
}
