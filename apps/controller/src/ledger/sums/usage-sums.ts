/** Sums over usage_hour and usage_day as the API shows them. */
import type { UsageSums } from '@corral/contracts/http';
import { Prisma } from '../../infra/prisma.service.js';
import { USAGE_FIGURES } from './ledger-sums.js';

/** A row of {@link SUMMED_FIGURES}: each figure under its column's name. */
export type SummedRow = Record<string, unknown>;

/** `sum(requests)::bigint AS requests, …` for a SELECT from either. */
export const SUMMED_FIGURES: Prisma.Sql = Prisma.raw(
  USAGE_FIGURES.map((name) => `coalesce(sum(${name}), 0)::bigint AS ${name}`).join(', '),
);

export function usageSumsOf(row: SummedRow): UsageSums {
  const figure = (name: string): number => Number(row[name] ?? 0);
  const comparedMicrodollars = figure('compared_microdollars');
  const cloudMicrodollars = figure('cloud_microdollars');
  return {
    requests: figure('requests'),
    failed: figure('failed'),
    cancelled: figure('cancelled'),
    promptTokens: figure('prompt_tokens'),
    cachedTokens: figure('cached_tokens'),
    completionTokens: figure('completion_tokens'),
    reasoningTokens: figure('reasoning_tokens'),
    wastedTokens: figure('wasted_tokens'),
    deviceMs: figure('device_ms'),
    localMicrodollars: figure('local_microdollars'),
    energyMicrodollars: figure('energy_microdollars'),
    comparedRequests: figure('compared_requests'),
    comparedMicrodollars,
    cloudMicrodollars,
    avoidedMicrodollars: cloudMicrodollars - comparedMicrodollars,
  };
}
