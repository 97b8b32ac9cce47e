import { costReport, type NodePriceRow, type NodeUsage } from './cost-report.pure.js';
import { HOUR_MS } from '../money/local-cost.pure.js';
import { PriceHistory } from '../price-book/price-history.pure.js';
import { NO_USAGE } from '../../ledger/sums/sums.pure.js';

const FROM_MS = Date.parse('2026-11-01T00:00:00Z');
const TO_MS = FROM_MS + 24 * HOUR_MS;

/** $0.10 an hour of hardware; $0.10 of power at load, $0.01 idle. */
function nodePrice(id: string, nodeId: string, fromHour: number): NodePriceRow {
  return {
    id,
    nodeId,
    validFrom: new Date(FROM_MS + fromHour * HOUR_MS),
    hardware: {
      kind: 'bought',
      microdollars: 2_628_000_000,
      lifeMonths: 36,
      purchasedAtMs: FROM_MS,
    },
    loadWatts: 400,
    idleWatts: 40,
    microdollarsPerKwh: 250_000,
    pueThousandths: 1000,
  };
}

/** Requests of one device hour: $0.20, against $0.50 in the cloud. */
function usage(nodeId: string, priceId: string | null): NodeUsage {
  const local = priceId === null ? 0 : 200_000;
  return {
    ...NO_USAGE,
    nodeId,
    priceId,
    requests: 10,
    promptTokens: 900_000,
    completionTokens: 100_000,
    deviceMs: HOUR_MS,
    localMicrodollars: local,
    energyMicrodollars: local / 2,
    comparedRequests: 10,
    comparedMicrodollars: local,
    cloudMicrodollars: 500_000,
    avoidedMicrodollars: 500_000 - local,
  };
}

describe('the cost report', () => {
  const node = (nodeId: string, devices = 1) => ({
    nodeId,
    nodeName: `name of ${nodeId}`,
    devices,
  });
  const prices = new PriceHistory(
    [nodePrice('p1', 'a', -5), nodePrice('p2', 'a', 12)],
    ({ nodeId }) => nodeId,
  );
  const input = { fromMs: FROM_MS, toMs: TO_MS, nowMs: TO_MS, usage: [] as NodeUsage[] };

  it('has used and idle cost add up to the machine, over a change of its price', () => {
    const report = costReport(
      { ...input, usage: [usage('a', 'p1'), usage('a', 'p2')] },
      { prices, nodes: [node('a')] },
    );
    // 24 h of hardware, 2 h at load, 22 h idle.
    expect(report.nodes).toEqual([
      {
        nodeId: 'a',
        nodeName: 'name of a',
        priced: true,
        utilisation: 2 / 24,
        totalMicrodollars: 2_400_000 + 200_000 + 220_000,
        usedMicrodollars: 400_000,
        idleMicrodollars: 2_420_000,
        energyMicrodollars: 420_000,
      },
    ]);
    expect(report).toMatchObject({
      marginalPerMTok: 200_000,
      fullyLoadedPerMTok: 1_410_000,
      avoidedFullyLoadedMicrodollars: 600_000 - 2_420_000,
      unpricedCloudMicrodollars: 0,
      breakEven: { savedPerDayMicrodollars: 1_000_000 - 420_000 },
    });
  });

  it('says what of the cloud’s price stands against a node without one, and saves nothing there', () => {
    const report = costReport(
      { ...input, usage: [usage('a', 'p2'), usage('b', null)] },
      { prices, nodes: [node('a'), node('b')] },
    );
    expect(report.unpricedCloudMicrodollars).toBe(500_000);
    expect(report.nodes?.[1]).toMatchObject({ priced: false, totalMicrodollars: 0 });
    const idle = report.nodes?.[0]?.idleMicrodollars ?? 0;
    expect(report.avoidedFullyLoadedMicrodollars).toBe(300_000 - idle);
    expect(report.breakEven?.savedPerDayMicrodollars).toBe(
      500_000 - (report.nodes?.[0]?.energyMicrodollars ?? 0),
    );
  });

  it('counts no hour that is still to come, and none before the price', () => {
    const report = costReport(
      { ...input, nowMs: FROM_MS + 2 * HOUR_MS },
      {
        prices: new PriceHistory([nodePrice('p', 'a', 1)], ({ nodeId }) => nodeId),
        nodes: [node('a')],
      },
    );
    expect(report.nodes).toMatchObject([{ totalMicrodollars: 110_000 }]);
    expect(report.breakEven?.savedPerDayMicrodollars).toBe(-10_000 * 24);
  });

  it('says nothing of machines where only a part is looked at', () => {
    expect(costReport({ ...input, usage: [usage('a', 'p1')] }, null)).toMatchObject({
      sums: { requests: 10, localMicrodollars: 200_000 },
      marginalPerMTok: 200_000,
      fullyLoadedPerMTok: null,
      avoidedFullyLoadedMicrodollars: null,
      nodes: null,
      breakEven: null,
    });
  });

  it('has no price per token without tokens', () => {
    expect(costReport(input, null).marginalPerMTok).toBeNull();
  });
});
