/**
 * Whether this worker is in touch with the NATS server, and so with its controllers. Cut off for long
 * enough, it has been given up by all of them: what it still generates is generated elsewhere by
 * then, so it ends it and says nothing of it (self-fencing). Its models stay loaded.
 *
 * | last proof of contact | state    | pieces of streams | attempts                     |
 * |-----------------------|----------|-------------------|------------------------------|
 * | within 3 s            | in_touch | are sent          | go on                        |
 * | within 8 s            | unsure   | are held back     | go on                        |
 * | longer ago            | cut_off  | are dropped       | are ended; none is taken on  |
 *
 * Any proof leads back to the first line, but not before the attempts of a cut-off time were ended:
 * a worker that was stopped (SIGSTOP, a machine asleep) and wakes may read an old answer first. The
 * clock is monotonic, and every use looks at it, so no timer has to come first either. Pure.
 */
export type ContactState = 'in_touch' | 'unsure' | 'cut_off';

export const UNSURE_AFTER_MS = 3_000;
/** As long as it takes controllers to call a node lost. */
export const CUT_OFF_AFTER_MS = 8_000;

export function contactStateOf(silentMs: number): ContactState {
  if (silentMs <= UNSURE_AFTER_MS) return 'in_touch';
  return silentMs <= CUT_OFF_AFTER_MS ? 'unsure' : 'cut_off';
}

export class ServerContact {
  private fenced = false;

  /** @param fence called once per cut-off time, before anybody is told of it */
  constructor(
    private provenAtMs: number,
    private readonly fence: () => void,
  ) {}

  state(nowMs: number): ContactState {
    const state = contactStateOf(nowMs - this.provenAtMs);
    if (state === 'cut_off' && !this.fenced) {
      this.fenced = true;
      this.fence();
    }
    return state;
  }

  /** @param asOfMs when the server is known to have been there: when it was asked, not when it answered */
  proven(asOfMs: number, nowMs: number): void {
    this.state(nowMs);
    this.provenAtMs = Math.max(this.provenAtMs, asOfMs);
    if (this.state(nowMs) !== 'cut_off') this.fenced = false;
  }
}
