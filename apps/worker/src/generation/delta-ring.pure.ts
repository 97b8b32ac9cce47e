/**
 * The last pieces of one stream, kept so that they can be sent again when a frame was lost. Bounded:
 * a controller notices a gap with the next frame, so only the recent past is ever asked for.
 */
import type { StreamDelta } from '@corral/contracts';

const PIECES_KEPT = 4_096;

export class DeltaRing {
  private pieces: StreamDelta[] = [];

  constructor(private readonly capacity = PIECES_KEPT) {}

  push(piece: StreamDelta): void {
    this.pieces.push(piece);
    // Trimmed in halves, so that the cost per piece stays constant.
    if (this.pieces.length > 2 * this.capacity) this.pieces = this.pieces.slice(-this.capacity);
  }

  /**
   * Every piece from token `fromIndex` on, in order; pieces without tokens (held-back text, the
   * finish) included. Null when the ring no longer reaches back that far.
   */
  since(fromIndex: number): StreamDelta[] | null {
    const first = this.pieces[0];
    if (first === undefined) return [];
    if (first.index > fromIndex) return null;
    return this.pieces.filter(
      ({ index, tokens }) =>
        index + tokens.length > fromIndex || (tokens.length === 0 && index >= fromIndex),
    );
  }
}
