import type { BreakEven, CostReport, NodeCost } from '@corral/contracts/http';
import { facts } from '../../output/facts.js';
import {
  formatCount,
  formatDay,
  formatDollars,
  formatMinute,
  formatShare,
} from '../../output/figures.js';
import { table } from '../../output/table.js';

type Fact = readonly [label: string, value: string];

/** The report for a person. What concerns the machines as a whole is there when all is looked at. */
export function costText(report: CostReport): string {
  const { breakEven, nodes } = report;
  return [
    `From ${formatMinute(report.from)} to ${formatMinute(report.to)}`,
    '',
    facts([...usedFacts(report), ...comparedFacts(report)]),
    ...(breakEven === null ? [] : ['', facts(breakEvenFacts(breakEven))]),
    ...(nodes === null ? [] : ['', nodeTable(nodes)]),
  ].join('\n');
}

function usedFacts({ sums, marginalPerMTok, fullyLoadedPerMTok }: CostReport): Fact[] {
  return [
    ['Requests', formatCount(sums.requests)],
    [
      'Tokens',
      `${formatCount(sums.promptTokens)} prompt (${formatCount(sums.cachedTokens)} cached), ` +
        `${formatCount(sums.completionTokens)} completion`,
    ],
    [
      'Local cost',
      `${formatDollars(sums.localMicrodollars)}, of it power ${formatDollars(sums.energyMicrodollars)}`,
    ],
    ...priceFact('Per million tokens', marginalPerMTok),
    ...priceFact('  with idle cost', fullyLoadedPerMTok),
  ];
}

function comparedFacts(report: CostReport): Fact[] {
  const { sums, unpricedCloudMicrodollars, avoidedFullyLoadedMicrodollars: loaded } = report;
  if (sums.comparedRequests === 0) return [['Cloud', 'no request has a comparison']];
  const compared = `${formatCount(sums.comparedRequests)} requests that have a comparison`;
  return [
    ['Cloud', `${formatDollars(sums.cloudMicrodollars)} for the ${compared}`],
    ['Spend avoided', formatDollars(sums.avoidedMicrodollars)],
    ...(loaded === null ? [] : [['  with idle cost', formatDollars(loaded)] as const]),
    ...(unpricedCloudMicrodollars === 0
      ? []
      : [
          [
            'Not counted on',
            `${formatDollars(unpricedCloudMicrodollars)} of the cloud's price is for requests on nodes without a price`,
          ] as const,
        ]),
  ];
}

function breakEvenFacts(breakEven: BreakEven): Fact[] {
  const { date, tokensPerDayToBreakEven: tokens, utilisationToBreakEven: share } = breakEven;
  return [
    ['Invested', formatDollars(breakEven.investedMicrodollars)],
    ['Saved a day', formatDollars(breakEven.savedPerDayMicrodollars)],
    ['Paid for itself', date === null ? 'not at this rate' : formatDay(date)],
    ...(tokens === null
      ? []
      : [
          [
            'Pays from',
            `${formatCount(tokens)} tokens a day${share === null ? '' : `, ${formatShare(share)} utilisation`}`,
          ] as const,
        ]),
    ['', breakEven.reason],
  ];
}

function nodeTable(nodes: NodeCost[]): string {
  const figures = ['UTILISATION', 'TOTAL', 'USED', 'IDLE', 'POWER'];
  return table(
    ['NODE', ...figures, ''],
    nodes.map((node) => [
      node.nodeName,
      formatShare(node.utilisation),
      formatDollars(node.totalMicrodollars),
      formatDollars(node.usedMicrodollars),
      formatDollars(node.idleMicrodollars),
      formatDollars(node.energyMicrodollars),
      node.priced ? '' : `no price: corral costs node ${node.nodeName} --bought …`,
    ]),
    'No nodes.',
    figures,
  );
}

function priceFact(label: string, microdollars: number | null): Fact[] {
  return microdollars === null ? [] : [[label, formatDollars(microdollars)]];
}
