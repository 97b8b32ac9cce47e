/**
 * The first decodes of a context. They allocate and, on a GPU, compile: better now than in the
 * first request. On a CPU they are also timed, see `pass-costs.pure.ts`.
 */
import type { SamplingPlan } from './sampling.js';
import type { DecodeContext } from './decode-context.js';
import type { MeasuredPasses } from './pass-costs.pure.js';

const GREEDY_PLAN: SamplingPlan = {
  base: { temperature: 0 },
  seed: null,
  changesEachToken: false,
  penalises: false,
  topLogprobs: null,
};

/** Batches beyond this are cheaper together on every machine that was seen. */
const MEASURED_SEQUENCES = [1, 2, 4, 8, 16];
const RUNS = 3;
/** A large model on a slow machine is measured less, not longer. */
const TIME_LIMIT_MS = 1500;

/** Decodes and draws one token. Rejects for a model that generates no text. */
export async function warmUp(context: DecodeContext): Promise<void> {
  await passMs(context, 1);
}

/** Times one pass for several numbers of sequences, the best of three runs each. */
export async function measurePasses(context: DecodeContext): Promise<MeasuredPasses> {
  const measured = new Map<number, number>();
  const startedAtMs = performance.now();
  for (const sequences of MEASURED_SEQUENCES) {
    if (sequences > context.slots) break;
    let best = Infinity;
    for (let run = 0; run < RUNS; run++) {
      if (performance.now() - startedAtMs > TIME_LIMIT_MS) return measured;
      best = Math.min(best, await passMs(context, sequences));
    }
    measured.set(sequences, best);
  }
  return measured;
}

/** Milliseconds of one step in which the first sequences decode one token each. */
async function passMs(context: DecodeContext, sequences: number): Promise<number> {
  const entries = Array.from({ length: sequences }, (_, slot) => {
    const sampler = context.openSampler(GREEDY_PLAN);
    sampler.aim(0, []);
    return { slot, position: 0, tokens: Uint32Array.of(0), sampler };
  });
  const startedAtMs = performance.now();
  await context.step(entries);
  const stepMs = performance.now() - startedAtMs;
  for (const { slot, sampler } of entries) {
    sampler.dispose();
    await context.truncate(slot, 0);
  }
  return stepMs;
}
