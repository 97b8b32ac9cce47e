import type { CloudPriceView, CostReport, Statement } from '@corral/contracts/http';
import { EXIT } from '../../cli-error.js';
import { AdminServer } from '../../testing/admin-server.js';
import { runCorral } from '../../testing/run-corral.js';
import { node, overview, sums, team } from '../../testing/views.js';

const price: CloudPriceView = {
  id: 'p-1',
  provider: 'groq',
  model: 'qwen/qwen3-32b',
  name: 'Qwen3 32B',
  inputPerMTok: 290_000,
  cachedInputPerMTok: null,
  outputPerMTok: 590_000,
  openWeights: true,
  source: 'groq.com/pricing, 2026-11-24',
  validFrom: '2026-11-01T00:00:00.000Z',
  current: true,
};

describe('corral costs', () => {
  let server: AdminServer;
  beforeEach(async () => {
    server = await AdminServer.start();
    server.answer('GET /teams', { data: [team()] });
    server.answer('GET /overview', overview([node()]));
    server.answer('GET /costs/prices', {
      data: [price, { ...price, id: 'p-0', current: false, inputPerMTok: 2_800 }],
    });
  });
  afterEach(() => server.stop());

  const lastQuery = (): Record<string, string> =>
    Object.fromEntries(new URL(server.asked.at(-1)?.path ?? '', server.url).searchParams);

  it('lists the prices that hold, and with --all the others', async () => {
    const { output } = await runCorral(server, 'costs', 'prices', 'list', '--provider', 'groq');
    expect(output.split('\n').slice(1)).toEqual([
      expect.stringMatching(
        /^groq\/qwen\/qwen3-32b +\$0.29 +\$0.29 +\$0.59 +open +2026-11-01 +groq/,
      ),
    ]);
    const all = await runCorral(server, 'costs', 'prices', 'list', '--all');
    expect(all.output).toContain('$0.0028');
  });

  it('adds a price, exactly', async () => {
    server.answer('POST /costs/prices', price, 201);
    const figures = ['--input', '0.29', '--output', '0.59', '--cached-input', '0.0028'];
    const rest = ['--source', 'groq.com', '--open-weights', '--valid-from', '2026-11'];

    await runCorral(server, 'costs', 'prices', 'add', 'groq/qwen/qwen3-32b', ...figures, ...rest);

    expect(server.changes[0]?.body).toEqual({
      provider: 'groq',
      model: 'qwen/qwen3-32b',
      name: 'qwen/qwen3-32b',
      inputPerMTok: 290_000,
      cachedInputPerMTok: 2_800,
      outputPerMTok: 590_000,
      openWeights: true,
      source: 'groq.com',
      validFrom: '2026-11-01T00:00:00.000Z',
    });
  });

  it('chooses what a deployment is compared with, and goes back to the rule', async () => {
    const view = { deployment: 'team/coder', chosen: 'explicit', reason: '', references: [price] };
    server.answer('PUT /costs/references/team/coder', view);

    const compare = ['costs', 'compare', 'team/coder'];
    await runCorral(server, ...compare, 'groq/qwen/qwen3-32b', 'openai/gpt-5-mini');
    await runCorral(server, ...compare, '--default');

    expect(server.changes.map(({ body }) => body)).toEqual([
      {
        references: [
          { provider: 'groq', model: 'qwen/qwen3-32b' },
          { provider: 'openai', model: 'gpt-5-mini' },
        ],
      },
      { references: [] },
    ]);
    for (const args of [[], ['openai/a', '--default']]) {
      const { error } = await runCorral(server, ...compare, ...args);
      expect(error).toMatchObject({ exitCode: EXIT.usage });
    }
  });

  it('lists what deployments are compared with, and why', async () => {
    const reason = 'Nothing of its size has open weights.';
    const view = { deployment: 'coder', chosen: 'none', reason, references: [] };
    server.answer('GET /costs/references', { data: [view] });

    const { output } = await runCorral(server, 'costs', 'comparisons');

    expect(output).toMatch(/^coder +- +none +Nothing of its size/m);
  });

  it('asks what another cloud model or machine would have cost', async () => {
    const hardware = {
      utilisation: 1.2,
      totalMicrodollars: 9_000_000,
      usedMicrodollars: 9_000_000,
      idleMicrodollars: 0,
    };
    const figures = { cloudMicrodollars: 4_000_000, localMicrodollars: 1_500_000 };
    const answer = { price, ...figures, avoidedMicrodollars: 2_500_000, hardware };
    server.answer('GET /costs/what-if', answer);
    const machine = ['--bought', '8000', '--load-watts', '600', '--kwh', '0.3', '--speed', '2.5'];

    const { output } = await runCorral(
      server,
      ...['costs', 'what-if', '--model', 'groq/qwen/qwen3-32b', '--team', 'research', ...machine],
    );

    expect(lastQuery()).toEqual({
      teamId: 't-1',
      provider: 'groq',
      model: 'qwen/qwen3-32b',
      purchaseMicrodollars: '8000000000',
      loadWatts: '600',
      microdollarsPerKwh: '300000',
      speedThousandths: '2500',
    });
    expect(output).toMatch(/^groq\/qwen\/qwen3-32b +\$4.00$/m);
    expect(output).toMatch(/120.0 %: it would not have got through$/m);
  });

  it('asks no what-if without an if', async () => {
    const { error } = await runCorral(server, 'costs', 'what-if');

    expect(error).toMatchObject({ exitCode: EXIT.usage });
  });
});

describe('corral costs statement', () => {
  const statement: Statement = {
    month: '2026-11',
    team: { id: 't-1', name: 'research' },
    final: false,
    lines: [
      {
        userId: null,
        userEmail: null,
        keyId: 'k-1',
        keyName: 'ci',
        deployment: 'coder',
        sums: sums(),
      },
    ],
    total: sums(),
  };
  let server: AdminServer;
  beforeEach(async () => {
    server = await AdminServer.start();
    server.answer('GET /teams', { data: [team()] });
  });
  afterEach(() => server.stop());

  it('shows what a team is charged', async () => {
    server.answer('GET /costs/statements/2026-11', statement);

    const { output } = await runCorral(
      server,
      ...['costs', 'statement', '2026-11', '--team', 'research'],
    );

    expect(output).toMatch(/^Team research, 2026-11, not final: the month is not over$/m);
    expect(output).toMatch(/^service +ci +coder +1,200 .*\$1.50 +\$4.00$/m);
    expect(output).toMatch(/^total +1,200 .*\$1.50 +\$4.00$/m);
  });

  it('passes CSV on as it is', async () => {
    server.answer('GET /costs/statements/2026-11', 'user,key\n,ci\n');

    const { output } = await runCorral(
      server,
      ...['costs', 'statement', '2026-11', '--team', 'research', '--csv'],
    );

    expect(output).toBe('user,key\n,ci');
    expect(server.asked.at(-1)?.path).toBe('/costs/statements/2026-11?teamId=t-1&format=csv');
  });
});

describe('corral costs, the report', () => {
  const whole: CostReport = {
    from: '2026-11-01T00:00:00.000Z',
    to: '2026-12-01T00:00:00.000Z',
    sums: sums(),
    unpricedCloudMicrodollars: 500_000,
    marginalPerMTok: 1_400_000,
    fullyLoadedPerMTok: 60_000_000,
    avoidedFullyLoadedMicrodollars: -62_000_000,
    nodes: [
      {
        nodeId: 'n-1',
        nodeName: 'gpu-1',
        priced: true,
        utilisation: 0.0014,
        totalMicrodollars: 66_000_000,
        usedMicrodollars: 1_500_000,
        idleMicrodollars: 64_500_000,
        energyMicrodollars: 13_000_000,
      },
    ],
    breakEven: {
      investedMicrodollars: 2_400_000_000,
      savedPerDayMicrodollars: -300_000,
      date: null,
      tokensPerDayToBreakEven: 2_500_000,
      utilisationToBreakEven: 0.31,
      reason: 'Running the machines costs more than the cloud would.',
    },
  };
  let server: AdminServer;
  beforeEach(async () => (server = await AdminServer.start()));
  afterEach(() => server.stop());

  it('has cost, comparison, break-even and the nodes', async () => {
    server.answer('GET /costs', whole);

    const { output } = await runCorral(server, 'costs', '--deployment', 'coder');

    expect(output).toMatch(/^Tokens +1,000,000 prompt \(250,000 cached\), 80,000 completion$/m);
    expect(output).toMatch(/^Local cost +\$1.50, of it power \$0.09$/m);
    expect(output).toMatch(/^Spend avoided +\$2.60$/m);
    expect(output).toMatch(/^ {2}with idle cost +-\$62.00$/m);
    expect(output).toMatch(/^Paid for itself +not at this rate$/m);
    expect(output).toMatch(/^Pays from +2,500,000 tokens a day, 31.0 % utilisation$/m);
    expect(output).toMatch(/^gpu-1 +0.1 % +\$66.00 +\$1.50 +\$64.50 +\$13.00$/m);
    expect(server.asked.at(-1)?.path).toBe('/costs?deployment=coder');
  });

  it('leaves out what concerns the machines as a whole when a part is looked at', async () => {
    server.answer('GET /costs', {
      ...whole,
      fullyLoadedPerMTok: null,
      avoidedFullyLoadedMicrodollars: null,
      nodes: null,
      breakEven: null,
    });

    const { output } = await runCorral(server, 'costs');

    expect(output).not.toMatch(/idle|Invested|NODE/);
  });

  it('says that nothing is compared, instead of a saving of nothing', async () => {
    server.answer('GET /costs', { ...whole, sums: sums({ comparedRequests: 0 }) });

    const { output } = await runCorral(server, 'costs');

    expect(output).toMatch(/^Cloud +no request has a comparison$/m);
    expect(output).not.toContain('Spend avoided');
  });
});
