/**
 * Why a request on the bus got no usable answer.
 *
 * - `no_responders`: nobody listens on the subject; the other side is gone (known at once).
 * - `timeout`: no answer in time; the other side may or may not have acted.
 * - `invalid`: an answer came that does not fit its schema.
 * - `too_large`: the payload is over the server's max_payload; nothing was sent.
 * - `refused`: a JetStream stream did not take the message (it is full, or not there).
 * - `closed`: there is no connection to the server, or it was closed here.
 */
export type BusErrorCode =
  'no_responders' | 'timeout' | 'invalid' | 'too_large' | 'refused' | 'closed';

export class BusError extends Error {
  constructor(
    readonly code: BusErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'BusError';
  }
}
