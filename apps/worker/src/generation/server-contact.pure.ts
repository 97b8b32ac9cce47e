/**
 * Whether this worker is in touch with the NATS server, and so with its controllers. Cut off for long
 * enough, it has been given up by all of them: what it still generates is generated elsewhere by
 * then, so it ends it and says nothing of it (self-fencing). Its models stay loaded.
 *
 * A server that refuses connections is gone for the controllers too: they give nobody up meanwhile,
 * so that only puts the end off, and the streams go on when it is back.
 *
 * | last proof of contact | and last refusal | state    | pieces of streams | attempts        |
 * |-----------------------|------------------|----------|-------------------|-----------------|
 * | within 3 s            |                  | in_touch | are sent          | go on           |
 * | within 8 s            |                  | unsure   | are held back     | go on           |
 * | within 60 s           | within 8 s       | unsure   | are held back     | go on           |
 * | otherwise             |                  | cut_off  | are dropped       | are ended; none |
 * |                       |                  |          |                   | is taken on     |
 *
 * Any proof leads back to the first line, but not before the attempts of a cut-off time were ended:
 * a worker that was stopped (SIGSTOP, a machine asleep) and wakes may read an old answer first. The
 * clock is monotonic, and every use looks at it, so no timer has to come first either. Pure.
 */
export type ContactState = 'in_touch' | 'unsure' | 'cut_off';

export const UNSURE_AFTER_MS = 3_000;
/** As long as it takes controllers to call a node lost. */
export const CUT_OFF_AFTER_MS = 8_000;
/**
 * A firewall may refuse too, and then only this machine is cut off: nothing wrong comes of it, since
 * late pieces are known by their attempt, but it would compute what nobody reads.
 */
export const REFUSED_LIMIT_MS = 60_000;

export function contactStateOf(provenAgoMs: number, refusedAgoMs = Infinity): ContactState {
  if (provenAgoMs <= UNSURE_AFTER_MS) return 'in_touch';
  const limitMs = refusedAgoMs <= CUT_OFF_AFTER_MS ? REFUSED_LIMIT_MS : CUT_OFF_AFTER_MS;
  return provenAgoMs <= limitMs ? 'unsure' : 'cut_off';
}

export class ServerContact {
  private fenced = false;
  private refusedAtMs = -Infinity;

  /** @param fence called once per cut-off time, before anybody is told of it */
  constructor(
    private lastProofAtMs: number,
    private readonly fence: () => void,
  ) {}

  get provenAtMs(): number {
    return this.lastProofAtMs;
  }

  /** Once cut off, only a proof leads back. */
  state(nowMs: number): ContactState {
    if (this.fenced) return 'cut_off';
    const state = contactStateOf(nowMs - this.lastProofAtMs, nowMs - this.refusedAtMs);
    if (state === 'cut_off') {
      this.fenced = true;
      this.fence();
    }
    return state;
  }

  /** @param asOfMs when the server is known to have been there: when it was asked, not when it answered */
  proven(asOfMs: number, nowMs: number): void {
    this.state(nowMs);
    this.lastProofAtMs = Math.max(this.lastProofAtMs, asOfMs);
    if (contactStateOf(nowMs - this.lastProofAtMs) !== 'cut_off') this.fenced = false;
  }

  /** @param asOfMs when the server is known to have been gone: when it was tried */
  refused(asOfMs: number, nowMs: number): void {
    this.state(nowMs);
    this.refusedAtMs = Math.max(this.refusedAtMs, asOfMs);
  }
}
