/**
 * What one step decodes. Pure. Every decoding sequence gets its next token, always; prompts share
 * what the chunk budget leaves, so that a long one delays running streams by a bounded time. The one
 * of which least is left comes first, which makes the mean time to a first token the least (shortest
 * remaining processing time, Schrage 1968), and none is overtaken by more than a few: ADR 20.
 */

/** A prompt that so many later ones were admitted after is served before all of them. */
const OVERTAKEN_AT_MOST = 8;

export interface SequenceView {
  readonly id: number;
  readonly decoding: boolean;
  /** Tokens of the prompt still to decode; 0 when decoding or idle. */
  readonly prefillTokens: number;
  /** Its turn comes as if so many were left: of a shorter one that waits for the part they share. */
  readonly turnTokens?: number;
  /** Rises with each admission. */
  readonly admission: number;
}

export interface PlannedEntry {
  slotId: number;
  tokenCount: number;
  /** The step gives this sequence a token: it decodes, or its prompt ends here. */
  samples: boolean;
}

export interface BatchPlan {
  /** Ascending slot ids. */
  entries: PlannedEntry[];
  decodingCount: number;
  prefillTokens: number;
}

/** `batchTokens` bounds the step, `chunkTokens` (at least 1) the prompts in it. */
export function planBatch(
  sequences: readonly SequenceView[],
  batchTokens: number,
  chunkTokens: number,
): BatchPlan {
  const entries: PlannedEntry[] = [];
  for (const { id, decoding } of sequences) {
    if (decoding && entries.length < batchTokens) {
      entries.push({ slotId: id, tokenCount: 1, samples: true });
    }
  }
  const decodingCount = entries.length;

  let left = Math.min(chunkTokens, batchTokens - decodingCount);
  let prefillTokens = 0;
  const prompts = sequences
    .filter((sequence) => sequence.prefillTokens > 0)
    .sort(byTurn(Math.max(0, ...sequences.map(({ admission }) => admission))));
  for (const { id, prefillTokens: wanted } of prompts) {
    if (left <= 0) break;
    const tokenCount = Math.min(wanted, left);
    entries.push({ slotId: id, tokenCount, samples: tokenCount === wanted });
    left -= tokenCount;
    prefillTokens += tokenCount;
  }
  entries.sort((a, b) => a.slotId - b.slotId);
  return { entries, decodingCount, prefillTokens };
}

/** Those that were overtaken often enough, in the order in which they came; then the shortest. */
function byTurn(latestAdmission: number): (a: SequenceView, b: SequenceView) => number {
  const isDue = ({ admission }: SequenceView): boolean =>
    latestAdmission - admission >= OVERTAKEN_AT_MOST;
  return (a, b) => {
    const [aIsDue, bIsDue] = [isDue(a), isDue(b)];
    if (aIsDue !== bIsDue) return aIsDue ? -1 : 1;
    const shorter = aIsDue ? 0 : turnOf(a) - turnOf(b);
    return shorter || a.admission - b.admission;
  };
}

function turnOf({ prefillTokens, turnTokens = prefillTokens }: SequenceView): number {
  return Math.min(prefillTokens, turnTokens);
}
