/** Sums of the ledger, added up. Pure. */
import type { UsageSums } from '@corral/contracts/http';

export const NO_USAGE: UsageSums = {
  requests: 0,
  failed: 0,
  cancelled: 0,
  promptTokens: 0,
  cachedTokens: 0,
  completionTokens: 0,
  reasoningTokens: 0,
  wastedTokens: 0,
  deviceMs: 0,
  localMicrodollars: 0,
  energyMicrodollars: 0,
  comparedRequests: 0,
  comparedMicrodollars: 0,
  cloudMicrodollars: 0,
  avoidedMicrodollars: 0,
};

const FIELDS = Object.keys(NO_USAGE) as (keyof UsageSums)[];

/** What else a row holds is left out. */
export function addUp(rows: readonly UsageSums[]): UsageSums {
  const total = { ...NO_USAGE };
  for (const row of rows) for (const field of FIELDS) total[field] += row[field];
  return total;
}

/** Prompt and completion, cached or not. */
export function tokensOf({ promptTokens, completionTokens }: UsageSums): number {
  return promptTokens + completionTokens;
}
