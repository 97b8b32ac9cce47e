/** Live figures of this controller: rates over the last ten seconds, and a median of waits. */
import { Injectable } from '@nestjs/common';
import { Clock } from '../../infra/clock.js';

const WINDOW_MS = 10_000;
const MEDIAN_OF = 100;

interface EndedRequest {
  completionTokens: number;
  ttftMs: number | null;
}

@Injectable()
export class RequestRates {
  private readonly ends: { atMs: number; tokens: number }[] = [];
  private readonly ttftsMs: number[] = [];

  constructor(private readonly clock: Clock) {}

  ended({ completionTokens, ttftMs }: EndedRequest): void {
    this.ends.push({ atMs: this.clock.monotonicMs(), tokens: completionTokens });
    this.forgetOld();
    if (ttftMs === null) return;
    this.ttftsMs.push(ttftMs);
    if (this.ttftsMs.length > MEDIAN_OF) this.ttftsMs.shift();
  }

  /** `ttftP50Ms` is null before the first token of all. */
  now(): { requestsPerSecond: number; tokensPerSecond: number; ttftP50Ms: number | null } {
    this.forgetOld();
    const seconds = WINDOW_MS / 1000;
    const tokens = this.ends.reduce((sum, end) => sum + end.tokens, 0);
    const sorted = [...this.ttftsMs].sort((a, b) => a - b);
    return {
      requestsPerSecond: this.ends.length / seconds,
      tokensPerSecond: tokens / seconds,
      ttftP50Ms: sorted[Math.floor(sorted.length / 2)] ?? null,
    };
  }

  private forgetOld(): void {
    const oldest = this.clock.monotonicMs() - WINDOW_MS;
    let old = 0;
    while (old < this.ends.length && (this.ends[old]?.atMs ?? 0) < oldest) old += 1;
    if (old > 0) this.ends.splice(0, old);
  }
}
