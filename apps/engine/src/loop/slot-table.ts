/** The slots of a context: who is in which, and what a new prompt finds in them. */
import type { DecodeContext } from '../context/decode-context.js';
import type { TokenStream } from '../generation/token-stream.js';
import type { SequenceView } from './batch-plan.pure.js';
import { prefixDigest } from './prefix-digest.pure.js';
import {
  placePrompt,
  prefixOnItsWay,
  type Placement,
  type PlacementRules,
} from './slot-placement.pure.js';
import { Slot } from './slot.js';

/** A copy moves a sequence's whole buffers: about the prefill time of context / 128 tokens. */
const COPY_COST_DIVISOR = 128;
const MIN_COPY_TOKENS = 32;

/** A slot that is going to hold so many tokens of a prefix, as long as this stream runs in it. */
interface Awaited {
  slot: Slot;
  tokens: number;
  source: TokenStream | null;
}

export class SlotTable {
  readonly slots: readonly Slot[];
  private readonly rules: PlacementRules;
  private readonly awaited = new WeakMap<TokenStream, Awaited>();
  private admissions = 0;

  constructor(private readonly context: DecodeContext) {
    const { contextTokens } = context;
    this.slots = Array.from({ length: context.slots }, (_, id) => new Slot(id, contextTokens));
    this.rules = {
      reusesPrefixes: context.reusesPrefixes,
      copiesSequences: context.copiesSequences,
      minCopyTokens: Math.max(MIN_COPY_TOKENS, contextTokens / COPY_COST_DIVISOR),
    };
  }

  get activeCount(): number {
    return this.slots.filter((slot) => slot.stream).length;
  }

  get isFull(): boolean {
    return this.slots.every((slot) => slot.stream);
  }

  get decodingCount(): number {
    return this.slots.filter((slot) => slot.decoding).length;
  }

  /** Throws a RangeError for a slot that the context does not have. */
  get(id: number): Slot {
    const slot = this.slots[id];
    if (!slot) throw new RangeError(`no slot ${id}`);
    return slot;
  }

  find(key: string): TokenStream | undefined {
    return this.slots.find((slot) => slot.stream?.key === key)?.stream ?? undefined;
  }

  /** What may be found here by prompts that begin alike; nothing where prefixes are not reused. */
  digest(): number[][] {
    return this.rules.reusesPrefixes ? prefixDigest(this.slots.map((slot) => slot.heldPrompt)) : [];
  }

  /** The slots as the batch plan sees them. */
  views(): SequenceView[] {
    return this.slots.map(({ id, decoding, prefillTokens, turnTokens, admission }) => ({
      id,
      decoding,
      prefillTokens,
      turnTokens,
      admission,
    }));
  }

  /** To be called before those that wait are asked about: nobody is waited for yet. */
  forgetWaiters(): void {
    for (const slot of this.slots) slot.turnTokens = Infinity;
  }

  /**
   * The stream begins like one that is being computed, and had better wait for that, which goes on
   * with the stream's own turn. What it waits for is kept: prompts are long, and this is asked before
   * every step.
   */
  isWorthWaiting(stream: TokenStream): boolean {
    const awaited = this.awaited.get(stream) ?? null;
    const isComing = awaited !== null && awaited.source === awaited.slot.stream;
    if (!isComing || awaited.slot.length >= awaited.tokens) {
      const next = prefixOnItsWay(this.slots, stream.prefix, stream.cacheScope, this.rules);
      if (next === null) return false;
      this.awaited.set(stream, { ...next, source: next.slot.stream });
    }
    const slot = this.awaited.get(stream)?.slot;
    if (slot) slot.turnTokens = Math.min(slot.turnTokens, stream.prefix.length - slot.length);
    return true;
  }

  /** The place for the stream, or null while every slot is taken. */
  place(stream: TokenStream): Placement | null {
    return placePrompt(this.slots, stream.prefix, stream.cacheScope, this.rules);
  }

  /** Puts the stream where `place` said, with what is reused; gives its slot. */
  async admit(stream: TokenStream, placement: Placement): Promise<Slot> {
    const slot = this.get(placement.slotId);
    if (placement.copyFromId !== null) {
      const source = this.get(placement.copyFromId);
      await this.context.copy(slot.id, source.id);
      slot.copyFrom(source);
    }
    slot.cut(placement.reusedTokens);
    if (!(await this.context.truncate(slot.id, placement.reusedTokens))) await this.clear(slot);
    const sampler = this.context.openSampler(stream.sampling, stream.grammar);
    slot.occupy(stream, sampler, ++this.admissions);
    return slot;
  }

  /** Forgets what the sequence holds. */
  async clear(slot: Slot): Promise<void> {
    slot.cut(0);
    await this.context.truncate(slot.id, 0);
  }
}
