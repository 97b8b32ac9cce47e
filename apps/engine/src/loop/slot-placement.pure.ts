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
 *
 * A prompt that begins like one that is being computed waits for the common part ({@link
 * prefixOnItsWay}): it is computed once, and copied. So a system prompt that several agents send at
 * the same time costs what one of them costs.
 */

/** A slot as the decision sees it. */
export interface SlotView {
  readonly id: number;
  readonly tokens: Uint32Array;
  readonly length: number;
  readonly scope: string | null;
  readonly lastUsedStep: number;
  /** Null when idle. */
  readonly stream: { readonly prefix: Uint32Array } | null;
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

/**
 * A running slot that is going to hold much more of the prefix than any slot does now, and how much
 * of it: worth waiting for. Null: there is none.
 */
export function prefixOnItsWay<S extends SlotView>(
  slots: readonly S[],
  prefix: Uint32Array,
  scope: string,
  rules: PlacementRules,
): { slot: S; tokens: number } | null {
  if (!rules.reusesPrefixes || !rules.copiesSequences) return null;
  const own = slots.filter((slot) => slot.scope === scope);
  const coming = (slot: S): number =>
    slot.stream === null ? 0 : commonTokens(slot.stream.prefix, Infinity, prefix);
  const slot = longest(own, coming);
  if (slot === null) return null;
  const tokens = coming(slot);
  const held = Math.max(0, ...own.map((one) => sharedTokens(one, prefix)));
  return tokens - held >= rules.minCopyTokens ? { slot, tokens } : null;
}

/** What the slot holds of the prefix, one short of the whole at most. */
function sharedTokens(slot: SlotView, prefix: Uint32Array): number {
  return commonTokens(slot.tokens, slot.length, prefix);
}

/** Length of the common beginning of a prefix, one short of the whole at most, and of `held` tokens. */
function commonTokens(tokens: Uint32Array, held: number, prefix: Uint32Array): number {
  const limit = Math.min(held, tokens.length, prefix.length - 1);
  let length = 0;
  while (length < limit && tokens[length] === prefix[length]) length++;
  return length;
}

/** The slot with the highest measure, the lowest id among equals; null for none above 0. */
function longest<S extends SlotView>(slots: readonly S[], measure: (slot: S) => number): S | null {
  let best: S | null = null;
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
