/**
 * What a token of a deployment costs here, learned from requests that have ended: sums of money and
 * tokens that forget a tenth with each request, so the last few dozen count. Only for what is set
 * aside before a request has run; what it is charged in the end is exact. Pure.
 */
const FORGOTTEN_SHARE = 0.1;

interface Learned {
  tokens: number;
  microdollars: number;
}

export class LearnedPrices {
  private readonly learned = new Map<string, Learned>();

  /** Takes the sums of many requests as what is known, if nothing is yet. */
  begin(
    deployment: string,
    sums: { requests: number; tokens: number; microdollars: number },
  ): void {
    if (this.learned.has(deployment) || sums.requests === 0 || sums.tokens === 0) return;
    // As if so many requests like their mean had been learned.
    const scale = 1 / (sums.requests * FORGOTTEN_SHARE);
    this.learned.set(deployment, {
      tokens: sums.tokens * scale,
      microdollars: sums.microdollars * scale,
    });
  }

  learn(deployment: string, tokens: number, microdollars: number): void {
    if (tokens <= 0) return;
    const known = this.learned.get(deployment) ?? { tokens: 0, microdollars: 0 };
    const kept = 1 - FORGOTTEN_SHARE;
    this.learned.set(deployment, {
      tokens: known.tokens * kept + tokens,
      microdollars: known.microdollars * kept + microdollars,
    });
  }

  /**
   * Microdollars of so many tokens, rounded up. Null: nothing is known of the deployment, or only
   * requests that were free, from before its nodes had a price.
   */
  estimate(deployment: string, tokens: number): number | null {
    const known = this.learned.get(deployment);
    if (known === undefined || known.microdollars === 0) return null;
    return Math.ceil((known.microdollars / known.tokens) * Math.max(0, tokens));
  }
}
