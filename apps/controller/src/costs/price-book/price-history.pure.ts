/**
 * Prices that hold from a moment on, each until the next of the same thing. Rows are never changed,
 * so what held at a moment in the past always holds for it. Pure.
 */
export interface PricedFrom {
  id: string;
  validFrom: Date;
}

export class PriceHistory<P extends PricedFrom> {
  /** Newest first. */
  private readonly rows = new Map<string, P[]>();

  /** @param subjectOf what a price is of; prices of one subject follow each other */
  constructor(
    prices: readonly P[],
    private readonly subjectOf: (price: P) => string,
  ) {
    for (const price of prices) {
      const subject = subjectOf(price);
      const rows = this.rows.get(subject) ?? [];
      rows.push(price);
      this.rows.set(subject, rows);
    }
    for (const rows of this.rows.values()) {
      rows.sort((a, b) => b.validFrom.getTime() - a.validFrom.getTime());
    }
  }

  /** Null: none held yet. */
  at(subject: string, at: Date): P | null {
    return this.rows.get(subject)?.find(({ validFrom }) => validFrom <= at) ?? null;
  }

  /** Of every subject the one that holds. */
  allAt(at: Date): P[] {
    return [...this.rows.keys()].flatMap((subject) => this.at(subject, at) ?? []);
  }

  isCurrent(price: P, now: Date): boolean {
    return this.at(this.subjectOf(price), now)?.id === price.id;
  }

  subjects(): string[] {
    return [...this.rows.keys()];
  }

  /** The prices that hold in a range, oldest first, each with its part of it. */
  within(
    subject: string,
    fromMs: number,
    toMs: number,
  ): { price: P; fromMs: number; toMs: number }[] {
    let endMs = toMs;
    const parts: { price: P; fromMs: number; toMs: number }[] = [];
    for (const price of this.rows.get(subject) ?? []) {
      const startMs = Math.max(fromMs, price.validFrom.getTime());
      if (startMs < endMs) {
        parts.unshift({ price, fromMs: startMs, toMs: endMs });
        endMs = startMs;
      }
    }
    return parts;
  }

  /** All of them: by subject, newest first. */
  all(): P[] {
    return [...this.rows.keys()].sort().flatMap((subject) => this.rows.get(subject) ?? []);
  }
}
