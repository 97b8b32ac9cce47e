/**
 * Where a new prompt goes, and what it reuses. Pure.
 *
 * 1. An idle slot that holds a long common prefix is continued, if less than half of what it holds
 *    is lost by that.
 * 2. A slot that holds a much longer one, running or too valuable to cut, is copied from. A copy
 *    moves the sequence's whole buffers, so it must save more prefill than that costs.
 * 3. Else the lowest empty slot, else the least recently used idle one (with the prefix that it
 *    happens to share).
 *
 * Low slots first keeps running sequences together, and neighbours decode in one pass. Nothing is
 * ever reused across scopes: the time to the first token would tell others' prompts.
 */

/** A slot as the decision sees it. */
export interface SlotView {
  readonly id: number;
  readonly tokens: Uint32Array;
  readonly length: number;
  readonly scope: string | null;
  readonly lastUsedStep: number;
  /** Null when idle. */
  readonly stream: unknown;
}

export interface Placement {
  slotId: number;
  /** Tokens of the prefix that are found; always less than all, since the last one gives logits. */
  reusedTokens: number;
  /** Copy the sequence of this slot first; null: the slot's own tokens are continued. */
  copyFromId: number | null;
}

export interface PlacementRules {
  reusesPrefixes: boolean;
  copiesSequences: boolean;
  /** A copy must save at least this many tokens of prefill. */
  minCopyTokens: number;
}

/** The place for a prefix of the given scope, or null when every slot is taken. */
export function placePrompt(
  slots: readonly SlotView[],
  prefix: Uint32Array,
  scope: string,
  rules: PlacementRules,
): Placement | null {
  const shared = (slot: SlotView): number =>
    rules.reusesPrefixes && slot.scope === scope ? sharedTokens(slot, prefix) : 0;
  const idle = slots.filter((slot) => slot.stream === null);
  if (idle.length === 0) return null;

  const continued = longest(
    idle.filter((slot) => shared(slot) > 0 && 2 * shared(slot) >= slot.length),
    shared,
  );
  const source = rules.copiesSequences ? longest(slots, shared) : null;
  const gained = source ? shared(source) - (continued ? shared(continued) : 0) : 0;
  const target = freshSlot(idle.filter((slot) => slot !== source && slot !== continued));
  if (source && target && source !== continued && gained >= rules.minCopyTokens) {
    return { slotId: target.id, reusedTokens: shared(source), copyFromId: source.id };
  }
  const chosen = continued ?? freshSlot(idle);
  if (!chosen) return null;
  return { slotId: chosen.id, reusedTokens: shared(chosen), copyFromId: null };
}

/** Length of the common beginning, one short of the whole prefix at most. */
function sharedTokens(slot: SlotView, prefix: Uint32Array): number {
  const limit = Math.min(slot.length, prefix.length - 1);
  let length = 0;
  while (length < limit && slot.tokens[length] === prefix[length]) length++;
  return length;
}

/** The slot with the highest measure, the lowest id among equals; null for none above 0. */
function longest(slots: readonly SlotView[], measure: (slot: SlotView) => number): SlotView | null {
  let best: SlotView | null = null;
  for (const slot of slots) {
    if (measure(slot) > (best ? measure(best) : 0)) best = slot;
  }
  return best;
}

/** The lowest empty slot, else the least recently used one. */
function freshSlot(idle: readonly SlotView[]): SlotView | null {
  const empty = idle.find((slot) => slot.length === 0);
  if (empty) return empty;
  let oldest: SlotView | null = null;
  for (const slot of idle) {
    if (!oldest || slot.lastUsedStep < oldest.lastUsedStep) oldest = slot;
  }
  return oldest;
}
