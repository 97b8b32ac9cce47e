/**
 * A simulated replica: the engine's step loop with its times, and its KV cache. A step decodes one
 * token of every running stream beside chunks of prompts, which are what the engine's own plan
 * makes them, and takes a + b * streams + chunk / rate. What is sent to it beyond its slots waits in
 * a queue of its own, first come, first served. The cache holds blocks of prompts that were
 * computed, least recently used go first, and of one prompt the last ones.
 */
import { planBatch } from '../../apps/engine/dist/loop/batch-plan.pure.js';

/** Of the order of an 8B model on one data-centre GPU; the ratios do not hang on them. */
const STEP_MS = 18;
const STREAM_MS = 0.4;
const PREFILL_TOKENS_PER_MS = 8;
const CHUNK_TOKENS = 512;
/** A heartbeat names this many blocks at most, as the engine's does. */
const REPORTED_BLOCKS = 256;

export class SimulatedWorker {
  decoding = new Set();
  prompts = [];
  /** Sent here, and without a slot. */
  queue = [];
  /** The step under way, as its prompts and how much of each; null: idle. */
  chunks = null;
  /** Time in which it worked. */
  busyMs = 0;
  prefilledTokens = 0;
  cachedTokens = 0;
  #stats = { steps: 0, decodeBatchSizes: [], partialSteps: 0, prefillTokens: 0, cachedTokens: 0 };
  #decodedTokens = 0;
  #admissions = 0;
  /** Hashes, least recently used first. */
  #cache = new Map();
  /** The prompts that were computed last, newest first, for the digest. */
  #recent = [];

  /**
   * @param cacheBlocks blocks that the cache holds at most; 0: none
   * @param accepts how many it lets be sent to it at a time; default: one for each slot
   * @param inOrder it computes prompts in the order in which they came, and not as our engine does
   */
  constructor(replicaId, slots, cacheBlocks = 0, { accepts = slots, inOrder = false } = {}) {
    this.slots = slots;
    this.inOrder = inOrder;
    this.cacheBlocks = cacheBlocks;
    this.snapshot = {
      replicaId,
      nodeId: replicaId,
      modelDigest: 'model',
      bootId: 'boot',
      deployment: 'm',
      revisionId: 'r',
      state: 'ready',
      reachable: true,
      suspect: false,
      slots: accepts,
      load: 0,
      contextTokens: 131_072,
      stats: null,
      heldPrefixes: null,
      failure: null,
      retryInMs: null,
    };
  }

  get load() {
    return this.running + this.queue.length;
  }

  get running() {
    return this.decoding.size + this.prompts.length;
  }

  /** A heartbeat. */
  observed() {
    const stats = { ...this.#stats, decodedTokens: this.#decodedTokens, decodeMs: this.busyMs };
    return { ...this.snapshot, load: this.load, stats, heldPrefixes: this.#digest() };
  }

  /** It was sent here; it begins when there is a slot. */
  accept(request) {
    this.queue.push(request);
    this.#admit();
  }

  /** It has all its tokens. */
  ended(request) {
    this.decoding.delete(request);
    this.#admit();
  }

  #admit() {
    for (const prompt of this.prompts) prompt.turn = Infinity;
    for (const request of [...this.queue]) {
      if (this.running >= this.slots) return;
      const source = this.#onItsWay(request.hashes);
      if (source === undefined) {
        this.queue.splice(this.queue.indexOf(request), 1);
        this.#begin(request);
        continue;
      }
      const done = source.request.prompt - source.left;
      source.turn = Math.min(source.turn, request.prompt - done);
    }
  }

  /**
   * A prompt that is being computed and begins like this one, for longer than what the cache holds;
   * as in our engine it is waited for, and computed in the turn of who waits. Here until all of it
   * is there.
   */
  #onItsWay(hashes) {
    const held = this.#held(hashes);
    return this.prompts.find(({ request }) => commonBlocks(request.hashes, hashes) > held);
  }

  #begin(request) {
    const cached = Math.min(request.prompt - 1, this.#held(request.hashes) * request.blockTokens);
    request.cached = cached;
    this.cachedTokens += cached;
    this.#admissions += 1;
    this.prompts.push({
      request,
      left: request.prompt - cached,
      turn: Infinity,
      admission: this.#admissions,
    });
  }

  /** Begins a step; gives how long it takes in milliseconds, or null with nothing to do. */
  begin() {
    if (this.load === 0) return null;
    const { chunks, tokens } = this.#plan();
    this.chunks = chunks;
    const ms = STEP_MS + STREAM_MS * this.decoding.size + tokens / PREFILL_TOKENS_PER_MS;
    this.busyMs += ms;
    this.#stats.steps += 1;
    this.#stats.prefillTokens += tokens;
    this.prefilledTokens += tokens;
    this.#decodedTokens += this.decoding.size;
    return ms;
  }

  /** Ends the step; gives the requests that have one more token, the new ones included. */
  end() {
    for (const [prompt, tokens] of this.chunks) {
      prompt.left -= tokens;
      if (prompt.left > 0) continue;
      this.prompts.splice(this.prompts.indexOf(prompt), 1);
      this.decoding.add(prompt.request);
      this.#keep(prompt.request.hashes);
    }
    this.chunks = null;
    this.#admit();
    return [...this.decoding];
  }

  #plan() {
    const waiting = this.inOrder ? this.prompts.slice(0, 1) : this.prompts;
    const views = waiting.map(({ left, turn, admission }, id) => ({
      id,
      decoding: false,
      prefillTokens: left,
      turnTokens: turn,
      admission,
    }));
    // What was admitted last counts, also when its prompt is computed: it has overtaken the others.
    const last = { id: -1, decoding: false, prefillTokens: 0, admission: this.#admissions };
    const { entries, prefillTokens } = planBatch([...views, last], Infinity, CHUNK_TOKENS);
    return {
      chunks: entries.map(({ slotId, tokenCount }) => [this.prompts[slotId], tokenCount]),
      tokens: prefillTokens,
    };
  }

  #held(hashes) {
    let count = 0;
    while (count < hashes.length && this.#cache.has(hashes[count])) count += 1;
    return count;
  }

  #keep(hashes) {
    if (this.cacheBlocks === 0) return;
    for (const hash of hashes.toReversed()) {
      this.#cache.delete(hash);
      this.#cache.set(hash, true);
    }
    for (const oldest of this.#cache.keys()) {
      if (this.#cache.size <= this.cacheBlocks) break;
      this.#cache.delete(oldest);
    }
    if (hashes.length > 0) this.#recent = [hashes, ...this.#recent].slice(0, 64);
  }

  /** What is still there of the newest prompts, thinned out as far as it has to be. */
  #digest() {
    const chains = this.#recent
      .map((hashes) => hashes.slice(0, this.#held(hashes)))
      .filter(({ length }) => length > 0);
    const each = Math.max(1, Math.floor(REPORTED_BLOCKS / Math.max(1, chains.length)));
    return chains.map((hashes) => thinned(hashes, each));
  }
}

function commonBlocks(one, other) {
  let count = 0;
  while (count < one.length && one[count] === other[count]) count += 1;
  return count;
}

/** At most `count` of them, evenly, the last included. */
function thinned(hashes, count) {
  if (hashes.length <= count) return hashes;
  return Array.from({ length: count }, (_, n) => {
    return hashes[Math.ceil(((n + 1) * hashes.length) / count) - 1];
  });
}
