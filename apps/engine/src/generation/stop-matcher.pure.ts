/**
 * Finds stop strings in a text that arrives in pieces. A stop string is never emitted, not even
 * its first half: text that may yet become one is held back. Deterministic in the pieces' joined
 * text, like the detokenizer before it.
 */

export interface StopMatch {
  /** Text that is certain not to belong to a stop string. */
  text: string;
  /** A stop string was found; `text` ends before it and nothing may follow. */
  stopped: boolean;
}

export class StopMatcher {
  private held = '';

  /** `stops` holds no empty string. */
  constructor(private readonly stops: readonly string[]) {}

  push(piece: string): StopMatch {
    if (this.stops.length === 0) return { text: piece, stopped: false };
    this.held += piece;
    const found = this.firstMatch();
    if (found !== null) return { text: this.take(found), stopped: true };
    return { text: this.take(this.held.length - this.possiblePrefixLength()), stopped: false };
  }

  /** What is still held, for a generation that ended otherwise. */
  flush(): string {
    return this.take(this.held.length);
  }

  /** Where the earliest stop string begins; null without one. */
  private firstMatch(): number | null {
    const starts = this.stops.map((stop) => this.held.indexOf(stop)).filter((start) => start >= 0);
    return starts.length > 0 ? Math.min(...starts) : null;
  }

  /** Length of the longest end of the held text that begins a stop string. */
  private possiblePrefixLength(): number {
    const longest = Math.max(...this.stops.map((stop) => stop.length)) - 1;
    for (let length = Math.min(longest, this.held.length); length > 0; length--) {
      const tail = this.held.slice(this.held.length - length);
      if (this.stops.some((stop) => stop.startsWith(tail))) return length;
    }
    return 0;
  }

  private take(length: number): string {
    const text = this.held.slice(0, length);
    this.held = this.held.slice(length);
    return text;
  }
}
