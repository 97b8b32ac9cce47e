/**
 * A simulated replica: the engine's step loop with its times, and its KV cache. A step decodes one
 * token of every running stream beside a chunk of the oldest prompt, and takes a + b * streams +
 * chunk / rate. What is sent to it beyond its slots waits in a queue of its own, first come, first
 * served. The cache holds blocks of prompts that were computed, least recently used go first,
 * and of one prompt the last ones.
 */

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
  /** The step under way, as its chunk; null: idle. */
  chunk = null;
  /** Time in which it worked. */
  busyMs = 0;
  prefilledTokens = 0;
  cachedTokens = 0;
  #stats = { steps: 0, decodeBatchSizes: [], partialSteps: 0, prefillTokens: 0, cachedTokens: 0 };
  #decodedTokens = 0;
  /** Hashes, least recently used first. */
  #cache = new Map();
  /** The prompts that were computed last, newest first, for the digest. */
  #recent = [];

  /**
   * @param cacheBlocks blocks that the cache holds at most; 0: none
   * @param accepts how many it lets be sent to it at a time; default: one for each slot
   */
  constructor(replicaId, slots, cacheBlocks = 0, accepts = slots) {
    this.slots = slots;
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

  accept(request) {
    this.queue.push(request);
    this.#admit();
  }

  ended(request) {
    this.decoding.delete(request);
    this.#admit();
  }

  #admit() {
    while (this.running < this.slots && this.queue.length > 0) this.#begin(this.queue.shift());
  }

  #begin(request) {
    const cached = Math.min(request.prompt - 1, this.#held(request.hashes) * request.blockTokens);
    request.cached = cached;
    this.cachedTokens += cached;
    this.prompts.push({ request, left: request.prompt - cached });
  }

  /** Begins a step; gives how long it takes in milliseconds, or null with nothing to do. */
  begin() {
    if (this.load === 0) return null;
    this.chunk = Math.min(CHUNK_TOKENS, this.prompts[0]?.left ?? 0);
    const ms = STEP_MS + STREAM_MS * this.decoding.size + this.chunk / PREFILL_TOKENS_PER_MS;
    this.busyMs += ms;
    this.#stats.steps += 1;
    this.#stats.prefillTokens += this.chunk;
    this.prefilledTokens += this.chunk;
    this.#decodedTokens += this.decoding.size;
    return ms;
  }

  /** Ends the step; gives the requests that have one more token, the new ones included. */
  end() {
    const [first] = this.prompts;
    if (first !== undefined) {
      first.left -= this.chunk;
      if (first.left <= 0) {
        const { request } = this.prompts.shift();
        this.decoding.add(request);
        this.#keep(request.hashes);
      }
    }
    this.chunk = null;
    return [...this.decoding];
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

/** At most `count` of them, evenly, the last included. */
function thinned(hashes, count) {
  if (hashes.length <= count) return hashes;
  return Array.from({ length: count }, (_, n) => {
    return hashes[Math.ceil(((n + 1) * hashes.length) / count) - 1];
  });
}
