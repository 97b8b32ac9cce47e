/** Works docs/cost-model.md out again: the example in it is read, and every figure recomputed. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { findComparable } from './price-book/comparable.pure.js';
import { costReport, type NodePriceRow, type NodeUsage } from './reports/cost-report.pure.js';
import { counterfactual } from './money/counterfactual.pure.js';
import { localCost } from './money/local-cost.pure.js';
import { PriceHistory } from './price-book/price-history.pure.js';
import { addUp, NO_USAGE } from '../ledger/sums/sums.pure.js';
import { whatIfCloud } from './money/what-if.pure.js';

const DOCUMENT = resolve(import.meta.dirname, '../../../../docs/cost-model.md');

const exampleSchema = z.strictObject({
  range: z.strictObject({ from: z.iso.datetime(), to: z.iso.datetime() }),
  node: z.strictObject({
    devices: z.int(),
    purchaseMicrodollars: z.int(),
    lifeMonths: z.int(),
    purchasedAt: z.iso.datetime(),
    loadWatts: z.int(),
    idleWatts: z.int(),
    microdollarsPerKwh: z.int(),
    pueThousandths: z.int(),
  }),
  deployments: z.record(
    z.string(),
    z.strictObject({ model: z.string(), architecture: z.string(), parameters: z.int() }),
  ),
  cloudPrices: z.array(
    z.strictObject({
      provider: z.string(),
      model: z.string(),
      inputPerMTok: z.int(),
      cachedInputPerMTok: z.int().nullable(),
      outputPerMTok: z.int(),
      openWeights: z.boolean(),
    }),
  ),
  ledger: z.array(
    z.strictObject({
      times: z.int(),
      team: z.string(),
      deployment: z.string(),
      promptTokens: z.int(),
      cachedTokens: z.int(),
      completionTokens: z.int(),
      deviceMs: z.int(),
      millijoules: z.int().nullable(),
    }),
  ),
  results: z.unknown(),
});
type Example = z.infer<typeof exampleSchema>;

function documented(): Example {
  const block = /```json worked-example\n([\s\S]*?)```/.exec(readFileSync(DOCUMENT, 'utf8'))?.[1];
  return exampleSchema.parse(JSON.parse(block ?? 'null'));
}

/** The results, by the product's own functions. */
function workOut({ range, node, deployments, cloudPrices, ledger }: Example): unknown {
  const fromMs = Date.parse(range.from);
  const toMs = Date.parse(range.to);
  const { purchaseMicrodollars, purchasedAt, lifeMonths, devices, ...rates } = node;
  const price: NodePriceRow = {
    ...rates,
    id: 'price',
    nodeId: 'node',
    validFrom: new Date(purchasedAt),
    hardware: {
      kind: 'bought',
      microdollars: purchaseMicrodollars,
      lifeMonths,
      purchasedAtMs: Date.parse(purchasedAt),
    },
  };
  const references = Object.entries(deployments).map(([deployment, facts]) => ({
    deployment,
    found: findComparable(
      { fileName: 'model.gguf', facts: { ...facts, name: facts.model } },
      cloudPrices,
    ),
  }));
  const requests = ledger.map(({ times, team, deployment, deviceMs, millijoules, ...tokens }) => {
    const found = references.find((one) => one.deployment === deployment)?.found;
    const local = localCost(price, { deviceMs, devices, millijoules, atMs: fromMs });
    const cloud = found?.found === true ? counterfactual(found.price, tokens) : null;
    return { times, team, tokens, deviceMs, local, cloud };
  });
  const usage = requests.map(({ times, team, tokens, deviceMs, local, cloud }) => ({
    team,
    ...NO_USAGE,
    nodeId: 'node',
    priceId: 'price',
    requests: times,
    promptTokens: times * tokens.promptTokens,
    cachedTokens: times * tokens.cachedTokens,
    completionTokens: times * tokens.completionTokens,
    deviceMs: times * deviceMs,
    localMicrodollars: times * local.localMicrodollars,
    energyMicrodollars: times * local.energyMicrodollars,
    comparedRequests: cloud === null ? 0 : times,
    comparedMicrodollars: cloud === null ? 0 : times * local.localMicrodollars,
    cloudMicrodollars: times * (cloud ?? 0),
    avoidedMicrodollars: cloud === null ? 0 : times * (cloud - local.localMicrodollars),
  })) satisfies (NodeUsage & { team: string })[];
  const report = costReport(
    { fromMs, toMs, nowMs: toMs, usage },
    {
      prices: new PriceHistory([price], ({ nodeId }) => nodeId),
      nodes: [{ nodeId: 'node', nodeName: 'node', devices }],
    },
  );
  const machine = report.nodes?.[0];
  return {
    references: Object.fromEntries(
      references.map(({ deployment, found }) => [
        deployment,
        found.found ? `${found.price.provider} ${found.price.model}` : found.reason,
      ]),
    ),
    perRequest: requests.map(({ local, cloud }) => ({ ...local, cloudMicrodollars: cloud })),
    teams: Object.fromEntries(
      [...new Set(usage.map(({ team }) => team))].map((team) => {
        const { localMicrodollars, cloudMicrodollars, avoidedMicrodollars } = addUp(
          usage.filter((row) => row.team === team),
        );
        return [team, { localMicrodollars, cloudMicrodollars, avoidedMicrodollars }];
      }),
    ),
    node: {
      utilisation: Number(machine?.utilisation.toFixed(4)),
      usedMicrodollars: machine?.usedMicrodollars,
      idleMicrodollars: machine?.idleMicrodollars,
      totalMicrodollars: machine?.totalMicrodollars,
      energyMicrodollars: machine?.energyMicrodollars,
    },
    report: {
      cloudMicrodollars: report.sums.cloudMicrodollars,
      avoidedMicrodollars: report.sums.avoidedMicrodollars,
      avoidedFullyLoadedMicrodollars: report.avoidedFullyLoadedMicrodollars,
      marginalPerMTok: report.marginalPerMTok,
      fullyLoadedPerMTok: report.fullyLoadedPerMTok,
    },
    breakEven: {
      investedMicrodollars: report.breakEven?.investedMicrodollars,
      savedPerDayMicrodollars: report.breakEven?.savedPerDayMicrodollars,
      date: report.breakEven?.date,
      tokensPerDayToBreakEven: report.breakEven?.tokensPerDayToBreakEven,
      utilisationToBreakEven: Number(report.breakEven?.utilisationToBreakEven?.toFixed(4)),
    },
    whatIfAllOfItIn: Object.fromEntries(
      cloudPrices.map((one) => [one.model, whatIfCloud(report.sums, one).cloudMicrodollars]),
    ),
  };
}

/** Paths to all numbers in a value. */
function numbersIn(value: unknown, path: string[] = []): string[][] {
  if (typeof value === 'number') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => numbersIn(one, [...path, key]));
}

/** A copy with the number at the path doubled, and one more: nought would stay what it is. */
function doubled<T>(value: T, [key = '', ...rest]: string[]): T {
  if (typeof value === 'number') return (2 * value + 1) as T;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[key] = doubled(copy[key], rest);
  return (Array.isArray(value) ? Object.values(copy) : copy) as T;
}

describe('the worked example of docs/cost-model.md', () => {
  const example = documented();

  it('comes out as the document says', () => {
    expect(workOut(example)).toEqual(example.results);
  });

  const { node, deployments, cloudPrices, ledger } = example;
  const inputs = { node, deployments, cloudPrices, ledger };
  it.each(numbersIn(inputs).map((path) => [path.join(' '), path] as const))(
    'depends on %s',
    (_name, path) => expect(workOut(doubled(example, path))).not.toEqual(example.results),
  );
});
