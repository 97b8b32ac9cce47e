/**
 * A simulated replica: the engine's step loop with its times. A step decodes one token of every
 * running stream beside a chunk of the oldest prompt, and takes a + b * streams + chunk / rate.
 */

/** Of the order of an 8B model on one data-centre GPU; the ratios do not hang on them. */
const STEP_MS = 18;
const STREAM_MS = 0.4;
const PREFILL_TOKENS_PER_MS = 8;
const CHUNK_TOKENS = 512;

export class SimulatedWorker {
  decoding = new Set();
  prompts = [];
  /** The step under way, as its chunk; null: idle. */
  chunk = null;

  constructor(replicaId, slots) {
    this.snapshot = {
      replicaId,
      nodeId: replicaId,
      bootId: 'boot',
      deployment: 'm',
      state: 'ready',
      reachable: true,
      slots,
      load: 0,
      contextTokens: 131_072,
      failure: null,
      retryInMs: null,
    };
  }

  get load() {
    return this.decoding.size + this.prompts.length;
  }

  /** A heartbeat. */
  observed() {
    return { ...this.snapshot, load: this.load };
  }

  admit(request) {
    this.prompts.push({ request, left: request.prompt });
  }

  /** Begins a step; gives how long it takes in milliseconds, or null with nothing to do. */
  begin() {
    if (this.load === 0) return null;
    this.chunk = Math.min(CHUNK_TOKENS, this.prompts[0]?.left ?? 0);
    return STEP_MS + STREAM_MS * this.decoding.size + this.chunk / PREFILL_TOKENS_PER_MS;
  }

  /** Ends the step; gives the requests that have one more token, the new ones included. */
  end() {
    const [first] = this.prompts;
    if (first !== undefined) {
      first.left -= this.chunk;
      if (first.left <= 0) this.decoding.add(this.prompts.shift().request);
    }
    this.chunk = null;
    return [...this.decoding];
  }
}
